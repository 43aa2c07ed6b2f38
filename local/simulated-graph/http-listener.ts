import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpMessageRequest } from '../http-message.ts';
import { refuseForeign } from '../refuse-foreign.ts';
import type { SimulatedAnswer } from './graph-answer.ts';

export interface HttpListener {
  /** Such as `http://127.0.0.1:7072`. */
  readonly origin: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAXIMUM_BODY_BYTES = 4 * 1024 * 1024;
const BODY_LIMIT_MS = 60_000;

/**
 * Serves HTTP on 127.0.0.1 to this machine (see refuse-foreign). A body that is not there after 60 s gets 408.
 *
 * Errors: rejects when the port cannot be had. A request that breaks the handler gets 500, without details.
 */
export async function listenOnLoopback(
  handle: (request: HttpMessageRequest) => Promise<SimulatedAnswer>,
  port: number,
): Promise<HttpListener> {
  const server = createServer({ requestTimeout: BODY_LIMIT_MS }, (incoming, outgoing) => {
    serve(handle, incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error),
    );
    server.listen(port, HOST, resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    origin: `http://${HOST}:${actualPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portTaken(port: number, cause: Error): Error {
  const remedy = 'Stop it, or choose another port (--graph-port with npm start, --port with npm run simulated-graph).';
  return new Error(`Port ${port} of ${HOST}, for the simulated Graph, is taken by another program. ${remedy}`, {
    cause,
  });
}

async function serve(
  handle: (request: HttpMessageRequest) => Promise<SimulatedAnswer>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const foreign = refuseForeign(incoming.headers);
  if (foreign !== undefined) {
    outgoing.writeHead(foreign.status, { connection: 'close' }).end(foreign.problem);
    return;
  }
  const body = await readBody(incoming);
  if (body === undefined) {
    outgoing.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const host = `http://${incoming.headers.host ?? HOST}`;
  const url = `${host}${incoming.url ?? '/'}`;
  if (!URL.canParse(url)) {
    outgoing.writeHead(400).end();
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const answer = await handle({ method: incoming.method ?? 'GET', url: new URL(url), headers, body });
  if ('kind' in answer) {
    incoming.socket.resetAndDestroy();
    return;
  }
  const content = Buffer.from(answer.body ?? '');
  const length = answer.status === 204 ? {} : { 'content-length': content.length };
  outgoing.writeHead(answer.status, { ...answer.headers, ...length }).end(content);
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    if (length > MAXIMUM_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
