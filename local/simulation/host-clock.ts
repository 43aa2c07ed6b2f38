import { createOpenTimers } from '../clock/open-timers.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';

/** The clock of one simulated machine: it may be wrong, and its timers die with it. */
export interface HostClock extends VirtualClock {
  /** Sets how wrong it is; timers are not touched. */
  setError(errorMs: number): void;
  /** Cancels every open timer. */
  cancelAll(): void;
  /** Nothing more is taken on. */
  close(): void;
}

/**
 * Wraps the world's clock.
 *
 * Nothing here does real I/O, so the world's clock may go on whenever all promises have settled: `track` and `suspend`,
 * which hold it back, do nothing. They count wrongly when tracked work runs in parallel.
 */
export function createHostClock(world: VirtualClock): HostClock {
  const timers = createOpenTimers(world);
  let errorMs = 0;
  let isClosed = false;
  return {
    ...world,
    nowMs: () => Math.floor(world.nowMs() + errorMs),
    after: (delayMs, fire) => (isClosed ? () => {} : timers.after(delayMs, fire)),
    track: (work) => work,
    suspend: (wait) => wait,
    get timerCount() {
      return timers.count();
    },
    setError(ms) {
      errorMs = ms;
    },
    cancelAll: timers.cancelAll,
    close() {
      isClosed = true;
    },
  };
}
