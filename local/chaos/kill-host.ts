import type { Clock } from '../../src/adapters/clock.ts';
import type { ChaosGraph } from './chaos-graph.ts';
import { ANSWER_DELAY_MS } from './chaos-graph.ts';
import type { ChaosHost } from './chaos-host.ts';
import type { Kill } from './chaos-verdict.ts';
import { waitMs, waitUntil } from './wait.ts';
import { copyHub, readWorkInFlight } from './work-in-flight.ts';

export interface KillContext {
  readonly graph: ChaosGraph;
  readonly host: ChaosHost;
  readonly clock: Clock;
  readonly random: () => number;
  /** Where the hub file is; undefined = the hub is in memory. */
  readonly hubFolder: string | undefined;
  /** Whether the host has caught up with the kill before: this is about kills, not about a machine that is too slow. */
  readonly hasCaughtUp: () => boolean;
  /** How long to wait for keepAlives before giving up on them. */
  readonly limitMs: number;
}

/** Answers to requests of the dead host may come this long after the kill; they do not count as the next one's. */
const ECHO_MS = 4 * ANSWER_DELAY_MS;

/**
 * Waits until Graph has answered a random number of keepAlives, up to one for each call, and hangs some calls up
 * meanwhile; then kills the host within the next moments, or as soon as it has caught up, and starts it again at once.
 */
export async function killHost(context: KillContext, liveCalls: number, hangUp: readonly string[]): Promise<Kill> {
  const { graph, host, clock, random, hubFolder, limitMs } = context;
  const count = 1 + Math.floor(random() * liveCalls);
  const countBefore = Math.floor(random() * count);
  await nextKeepAlive(context, countBefore, limitMs);
  const hangUps = Promise.all(hangUp.map((callId) => graph.hangUp(callId)));
  await nextKeepAlive(context, count - countBefore, limitMs);
  await waitMs(clock, random() * ANSWER_DELAY_MS);
  await waitUntil(clock, limitMs, async () => context.hasCaughtUp());
  const atMs = clock.nowMs();
  await host.kill();
  const copy = hubFolder === undefined ? undefined : copyHub(hubFolder);
  host.restart();
  await waitMs(clock, ECHO_MS);
  const cameBack = await nextKeepAlive(context, 1, limitMs);
  const backAfterMs = cameBack ? clock.nowMs() - atMs : undefined;
  await hangUps;
  const inFlight = copy === undefined ? { keepAlives: [], turns: 0 } : await readWorkInFlight(copy, atMs);
  return { atMs, backAfterMs, ...inFlight };
}

/** Resolves when Graph has answered the `count`th from now; false when it took longer than the limit. */
function nextKeepAlive({ graph, clock }: KillContext, count: number, limitMs: number): Promise<boolean> {
  if (count === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    let left = count;
    const end = (came: boolean) => {
      cancel();
      unwatch();
      resolve(came);
    };
    const cancel = clock.after(limitMs, () => end(false));
    const unwatch = graph.watch(() => {
      if (--left === 0) end(true);
    });
  });
}
