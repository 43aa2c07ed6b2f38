import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from './listen.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A small HTTP server of ours: the bot behind the relay, or the receiver of the webhook. */
export interface Receiver {
  readonly received: readonly Received[];
  /** What the next requests are answered with; default 202. */
  answerWith(answer: ReceiverAnswer): void;
  close(): void;
}

/** Errors: Error naming the port when it is taken.  Effects: listens on 127.0.0.1 until `close`. */
export async function startReceiver(port: number): Promise<Receiver> {
  const received: Received[] = [];
  let answer: ReceiverAnswer = { status: 202 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, bytes: Buffer.concat(chunks) });
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.body);
    });
  });
  await listen(server, port);
  return {
    received,
    answerWith(next) {
      answer = next;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
