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
  const open = new Set<() => void>();
  let errorMs = 0;
  let isClosed = false;
  return {
    ...world,
    nowMs: () => Math.floor(world.nowMs() + errorMs),
    after(delayMs, fire) {
      if (isClosed) return () => {};
      const cancelTimer = world.after(delayMs, () => {
        open.delete(cancel);
        fire();
      });
      const cancel = () => {
        open.delete(cancel);
        cancelTimer();
      };
      open.add(cancel);
      return cancel;
    },
    track: (work) => work,
    suspend: (wait) => wait,
    get timerCount() {
      return open.size;
    },
    setError(ms) {
      errorMs = ms;
    },
    cancelAll() {
      for (const cancel of [...open]) cancel();
    },
    close() {
      isClosed = true;
    },
  };
}
