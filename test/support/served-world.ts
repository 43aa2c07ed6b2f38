import { listenHttp } from '../../local/functions-host/listen-http.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** A virtual world behind a real socket, for a browser. */
export interface ServedWorld {
  readonly origin: string;
  /** Answers with this status instead of asking the app; undefined: as it is. */
  failWith(status: number | undefined): void;
  /** Method, path and query of every request. */
  requests(): readonly string[];
  close(): Promise<void>;
}

/** Serves the app of a virtual world. The `Date` header tells the world's time, so that a page reckons with that. */
export async function serveWorld(world: Pick<VirtualWorld, 'request' | 'clock'>): Promise<ServedWorld> {
  let failure: number | undefined;
  const requests: string[] = [];
  const listener = await listenHttp(
    async ({ method, url, headers, body }) => {
      const date = new Date(world.clock.nowMs()).toUTCString();
      const path = `${url.pathname}${url.search}`;
      requests.push(`${method} ${path}`);
      if (failure !== undefined && url.pathname.startsWith('/api/calls')) return { status: failure, headers: { date } };
      const answer = await world.request(method, path, { headers, body: new TextDecoder().decode(body) });
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      return { status: answer.status, headers: { ...answer.headers, date }, body: text ?? '' };
    },
    { port: 0, host: '127.0.0.1', maxBodyBytes: 1_000_000, clock: systemClock },
  );
  return {
    origin: listener.origin,
    failWith(status) {
      failure = status;
    },
    requests: () => requests,
    close: () => listener.close({ limitMs: 100 }),
  };
}
