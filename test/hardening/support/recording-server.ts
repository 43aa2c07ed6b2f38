import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface RecordingServer {
  readonly origin: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server on loopback that remembers what it was asked. CONNECT, as to a proxy, counts too, and is refused. */
export async function startRecordingServer(
  answer: (request: RecordedRequest) => ServerAnswer = () => ({ status: 200 }),
): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url: path = '', headers } = incoming;
    const recorded = { method, path, headers, body: Buffer.concat(chunks).toString() };
    requests.push(recorded);
    const { status, headers: answered = {}, body = '' } = answer(recorded);
    outgoing.writeHead(status, { ...answered }).end(body);
  });
  server.on('connect', ({ url: path = '', headers }, socket) => {
    requests.push({ method: 'CONNECT', path, headers, body: '' });
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
