import type { Clock } from '../../src/adapters/clock.ts';

/** Timers of which those that are still open can be cancelled all at once. */
export interface OpenTimers {
  readonly after: Clock['after'];
  readonly count: () => number;
  readonly cancelAll: () => void;
}

export function createOpenTimers(clock: Clock): OpenTimers {
  const open = new Set<() => void>();
  return {
    after(delayMs, fire) {
      const cancelTimer = clock.after(delayMs, () => {
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
    count: () => open.size,
    cancelAll() {
      for (const cancel of [...open]) cancel();
    },
  };
}
