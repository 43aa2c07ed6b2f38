import type { Clock } from '../../src/adapters/clock.ts';
import { createOpenTimers } from './open-timers.ts';

/** A clock whose every open timer can be cancelled at once; after `stop` nothing more fires. */
export function createStoppableClock(clock: Clock): { readonly clock: Clock; readonly stop: () => void } {
  const timers = createOpenTimers(clock);
  let isStopped = false;
  return {
    clock: {
      nowMs: () => clock.nowMs(),
      after: (delayMs, fire) => (isStopped ? () => {} : timers.after(delayMs, fire)),
    },
    stop() {
      isStopped = true;
      timers.cancelAll();
    },
  };
}
