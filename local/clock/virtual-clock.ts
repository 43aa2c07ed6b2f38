import type { Clock } from '../../src/adapters/clock.ts';

/** A clock that the test, demo or simulation moves by hand. */
export interface VirtualClock extends Clock {
  /** Fires every timer due up to `ms` (since the epoch), then stands at `ms`. */
  runUntil(ms: number): Promise<void>;
  /** `runUntil` from now. */
  runFor(ms: number): Promise<void>;
  /** Fires timers until none is left. Never returns while something creates a new timer for ever. */
  runUntilIdle(): Promise<void>;
  /** Time does not move while `work` is pending. Returns the same promise. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Wraps a wait on virtual time inside tracked work, so that this wait does not block the time it waits for. */
  suspend<T>(wait: Promise<T>): Promise<T>;
  /** Moves the time of day by `ms` (also back) without touching timers, as an adjusted machine clock would. */
  jump(ms: number): void;
  /** Timers that wait to fire. */
  readonly timerCount: number;
}

/** A turn of the event loop costs more than most timers do, but without any the timeout of a test would never be heard. */
const SETTLINGS_PER_TURN_OF_EVENT_LOOP = 100;

/**
 * Creates a virtual clock that stands at `startMs` until it is run.
 *
 * Timers fire in order of due time, then of creation; between two of them all promise reactions run and all tracked
 * work ends. Errors: a `run…` while another one is under way rejects.
 */
export function createVirtualClock(options: { readonly startMs: number }): VirtualClock {
  /** In order of due time, then of creation. */
  const timers: { readonly dueMs: number; readonly fire: () => void }[] = [];
  let steadyMs = 0;
  let wallOffsetMs = options.startMs;
  let running = false;
  let blocking = 0;
  let onUnblocked: (() => void) | undefined;
  let settlings = 0;

  function changeBlocking(by: 1 | -1): void {
    blocking += by;
    if (blocking > 0 || onUnblocked === undefined) return;
    const resume = onUnblocked;
    onUnblocked = undefined;
    resume();
  }

  function runPromiseReactions(): Promise<void> {
    settlings += 1;
    const turnOfEventLoop = settlings % SETTLINGS_PER_TURN_OF_EVENT_LOOP === 0;
    return new Promise((resolve) => (turnOfEventLoop ? setImmediate(resolve) : process.nextTick(resolve)));
  }

  const unblocked = () =>
    new Promise<void>((resolve) => {
      onUnblocked = resolve;
    });

  async function run(untilMs: () => number): Promise<void> {
    if (running) throw new Error('the virtual clock is already running; await the first run before the next');
    running = true;
    try {
      for (;;) {
        if (blocking > 0) await unblocked();
        await runPromiseReactions();
        if (blocking > 0) continue;
        const next = timers[0];
        if (next === undefined || next.dueMs > untilMs()) return;
        timers.shift();
        steadyMs = Math.max(steadyMs, next.dueMs);
        next.fire();
      }
    } finally {
      running = false;
    }
  }

  async function runUntil(ms: number): Promise<void> {
    await run(() => ms - wallOffsetMs);
    steadyMs = Math.max(steadyMs, ms - wallOffsetMs);
  }

  return {
    nowMs: () => steadyMs + wallOffsetMs,
    after(delayMs, fire) {
      const timer = { dueMs: steadyMs + Math.max(0, delayMs), fire };
      timers.splice(timers.findLastIndex(({ dueMs }) => dueMs <= timer.dueMs) + 1, 0, timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    runUntil,
    runFor: (ms) => runUntil(steadyMs + wallOffsetMs + ms),
    runUntilIdle: () => run(() => Number.POSITIVE_INFINITY),
    track(work) {
      changeBlocking(1);
      const release = () => changeBlocking(-1);
      work.then(release, release);
      return work;
    },
    async suspend(wait) {
      changeBlocking(-1);
      try {
        return await wait;
      } finally {
        changeBlocking(1);
      }
    },
    jump(ms) {
      wallOffsetMs += ms;
    },
    get timerCount() {
      return timers.length;
    },
  };
}
