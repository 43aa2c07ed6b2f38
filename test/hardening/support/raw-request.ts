import { request } from 'node:http';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Names and values in turn, so that a name can come twice. */
  readonly headers: readonly string[];
  readonly body?: string | Uint8Array;
  /** Sends the body without Content-Length. */
  readonly chunked?: boolean;
}

/** One HTTP request as it is written here: nothing is added but Host, and Content-Length unless it is there or chunked. */
export function sendRaw(url: string, { method = 'POST', headers, body = '', chunked = false }: RawRequest) {
  const isLengthGiven = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length');
  const length = isLengthGiven || chunked ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  const { host } = new URL(url);
  return new Promise<RawAnswer>((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers: ['Host', host, ...headers, ...length], agent: false },
      async (incoming) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      },
    );
    outgoing.on('error', reject);
    if (chunked) outgoing.flushHeaders();
    outgoing.end(body);
  });
}

/** Writes these bytes, half-closes, and resolves with the first status that comes back; undefined when none does. */
export function sendBytes(origin: string, bytes: string): Promise<number | undefined> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      resolve(status === undefined ? undefined : Number(status));
    });
  });
}
