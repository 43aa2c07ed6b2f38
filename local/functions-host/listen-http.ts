import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../src/adapters/clock.ts';
import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import { refuseForeign } from '../refuse-foreign.ts';

export interface HttpListener {
  /** Such as `http://127.0.0.1:7071`. */
  readonly origin: string;
  /**
   * Takes no more requests, ends idle connections, and waits for running requests up to `limitMs` (5,000 by default);
   * what still runs then is cut off. Resolves when the port is free.
   */
  close(options?: { readonly limitMs?: number }): Promise<void>;
}

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** Kestrel's MaxRequestHeadersTotalSize, which the host leaves as it is; more is answered with 431. */
const MAX_HEADER_BYTES = 32 * 1024;

/** How long a body may take to arrive. */
const BODY_LIMIT_MS = 60_000;

/**
 * Serves a handler over HTTP to this machine, bodies buffered.
 *
 * Refused without asking the handler: 408 a body that is not there after 60 s, 413 one over the limit, 403 and 421 what
 * comes from elsewhere (see refuse-foreign).
 * Idle connections are kept for ever (`keepAliveTimeout` 0): a client that reuses a connection just when the server
 * gives it up gets ECONNRESET, which a real host hides behind its front end.
 * Errors: Error naming `--port` when the port is taken; what the socket says otherwise.
 */
export async function listenHttp(
  handle: (request: HttpMessageRequest) => Promise<HttpMessageResponse>,
  options: ListenOptions,
): Promise<HttpListener> {
  let closing = false;
  const server = createServer({ keepAliveTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES }, (incoming, outgoing) => {
    outgoing.on('close', () => {
      if (closing) server.closeIdleConnections();
    });
    serve(handle, incoming, outgoing, options).catch(() => outgoing.destroy());
  });
  await listening(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    origin: `http://${options.host}:${port}`,
    close({ limitMs = 5_000 } = {}) {
      closing = true;
      return new Promise((resolve) => {
        const cancel = options.clock.after(limitMs, () => server.closeAllConnections());
        server.close(() => {
          cancel();
          resolve();
        });
      });
    },
  };
}

async function serve(
  handle: (request: HttpMessageRequest) => Promise<HttpMessageResponse>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ListenOptions,
): Promise<void> {
  const refuse = (status: number, body = '') => send(outgoing, { status, headers: { connection: 'close' }, body });
  const url = toUrl(incoming);
  if (!url) return refuse(400);
  const foreign = refuseForeign(incoming.headers);
  if (foreign) return refuse(foreign.status, foreign.problem);
  const body = await readBodyInTime(incoming, options);
  if (typeof body === 'number') return refuse(body);
  send(outgoing, await handle({ method: incoming.method ?? 'GET', url, headers: joinHeaders(incoming), body }));
}

function toUrl({ url = '/', headers }: IncomingMessage): URL | undefined {
  const target = url.startsWith('/') ? `http://${headers.host ?? 'localhost'}${url}` : url;
  return URL.canParse(target) ? new URL(target) : undefined;
}

/** The body, or the status of its refusal. What still comes of a late one finds the connection closed. */
async function readBodyInTime(
  incoming: IncomingMessage,
  { maxBodyBytes, clock }: ListenOptions,
): Promise<Uint8Array | 408 | 413> {
  const { promise: late, resolve } = Promise.withResolvers<408>();
  const cancel = clock.after(BODY_LIMIT_MS, () => resolve(408));
  try {
    return (await Promise.race([readBody(incoming, maxBodyBytes), late])) ?? 413;
  } finally {
    cancel();
  }
}

/** Undefined when the body is over the limit; what is announced as too long is not read at all. */
async function readBody(incoming: IncomingMessage, maxBodyBytes: number): Promise<Uint8Array | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // The stream stays open on an early return: the 413 goes out on its socket.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += chunk.byteLength;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Node itself would keep only the first `Authorization`; Kestrel hands over all values of a name, joined. */
function joinHeaders({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]));
}

function send(outgoing: ServerResponse, { status, headers = {}, body = '' }: HttpMessageResponse): void {
  for (const [name, value] of Object.entries(headers)) {
    outgoing.setHeader(name, name === 'set-cookie' ? value.split('\n') : value);
  }
  outgoing.writeHead(status);
  outgoing.end(body);
}

function listening(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(
              `Port ${port} of ${host} is taken by another program. Stop it or choose another port with --port.`,
              {
                cause: error,
              },
            )
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
