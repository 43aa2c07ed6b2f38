import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { listen } from './listen.ts';

/** Stands between the app and Azurite, so that storage can be made slow. */
export interface StorageProxy {
  /** From now on each request waits so long, and only so many are under way at once; undefined = fast again. */
  slowDown(limits: { readonly delayMs: number; readonly atOnce: number } | undefined): void;
  close(): void;
}

/** Errors: Error naming the port when it is taken.  Effects: listens on 127.0.0.1 until `close`. */
export async function startStorageProxy({
  port,
  target,
}: {
  readonly port: number;
  readonly target: number;
}): Promise<StorageProxy> {
  let limits: { readonly delayMs: number; readonly atOnce: number } | undefined;
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    if (limits !== undefined && underWay >= limits.atOnce) await new Promise<void>((next) => waiting.push(next));
    underWay++;
    try {
      if (limits !== undefined) await wait(limits.delayMs);
      await passOn(request, response, target);
    } finally {
      underWay--;
      waiting.shift()?.();
    }
  };
  const server = createServer((request, response) => void pass(request, response));
  await listen(server, port);
  return {
    slowDown(next) {
      limits = next;
      if (next === undefined) for (const go of waiting.splice(0)) go();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Whatever fails on the way is a closed connection, as with a storage that is gone. */
function passOn(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  return new Promise((done) => {
    response.on('close', done);
    const { method, url, headers } = request;
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
}
