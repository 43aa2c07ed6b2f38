import type { Clock } from '../../src/adapters/clock.ts';

/** A clock whose every open timer can be cancelled at once; after `stop` nothing more fires. */
export function createStoppableClock(clock: Clock): { readonly clock: Clock; readonly stop: () => void } {
  const open = new Set<() => void>();
  let stopped = false;
  return {
    clock: {
      nowMs: () => clock.nowMs(),
      after(delayMs, fire) {
        if (stopped) return () => {};
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
    },
    stop() {
      stopped = true;
      for (const cancel of open) cancel();
    },
  };
}
