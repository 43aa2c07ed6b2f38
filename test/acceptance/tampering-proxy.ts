import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TamperedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An answer of its own, another text to pass on, or undefined: the request passes as it is. */
export type Tamper = (
  request: TamperedRequest,
) =>
  | { readonly status: number; readonly body?: unknown; readonly type?: string }
  | { readonly passOn: string }
  | undefined;

export interface TamperingProxy {
  readonly origin: string;
  tamper: Tamper;
  close(): void;
}

/** Stands in front of a host that works, and lies about it. */
export async function startTamperingProxy(target: string): Promise<TamperingProxy> {
  const proxy = { origin: '', tamper: (() => undefined) as Tamper, close: () => {} };
  const server = createServer(async (request, response) => {
    const text = await readText(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const lie = proxy.tamper({ method, path, headers, text });
    if (lie !== undefined && 'status' in lie) {
      response.writeHead(lie.status, { 'content-type': lie.type ?? 'application/json' });
      response.end(typeof lie.body === 'string' ? lie.body : JSON.stringify(lie.body ?? {}));
      return;
    }
    const {
      host: _host,
      connection: _connection,
      'content-length': _length,
      'transfer-encoding': _coding,
      ...kept
    } = headers;
    const body = lie?.passOn ?? text;
    const answer = await fetch(new URL(path, target), {
      method,
      headers: Object.entries(kept).map(([name, value]): [string, string] => [name, String(value)]),
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    }).catch(() => undefined);
    if (answer === undefined) return void response.destroy();
    const {
      'content-encoding': _encoding,
      'transfer-encoding': _transfer,
      ...answerHeaders
    } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, answerHeaders).end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return proxy;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
