import type { Clock } from './clock.ts';

/** Resolves when one more request may be sent. */
export type RequestPace = () => Promise<void>;

/** Nobody queues that many requests: the clock was set back. */
const LONGEST_QUEUE_MS = 10 * 60_000;

/**
 * Spaces requests evenly, in the order in which they are asked for: at most `maximumPerSecond` in any second.
 *
 * Effects: timers.
 */
export function createRequestPace(options: { readonly clock: Clock; readonly maximumPerSecond: number }): RequestPace {
  const { clock, maximumPerSecond } = options;
  const spacingMs = 1_000 / maximumPerSecond;
  let nextAtMs = 0;
  return () => {
    const nowMs = clock.nowMs();
    const atMs = nextAtMs - nowMs > LONGEST_QUEUE_MS ? nowMs : Math.max(nowMs, nextAtMs);
    nextAtMs = atMs + spacingMs;
    return atMs === nowMs ? Promise.resolve() : new Promise((resolve) => void clock.after(atMs - nowMs, resolve));
  };
}
