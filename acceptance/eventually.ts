import { setTimeout as wait } from 'node:timers/promises';

const EVERY_MS = 250;

/** Repeats `probe` until it passes, by default four times a second. Errors: what it threw last, once the patience is over. */
export async function eventually<T>(patienceMs: number, probe: () => Promise<T>, everyMs = EVERY_MS): Promise<T> {
  const untilMs = Date.now() + patienceMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() >= untilMs) throw error;
      await wait(everyMs);
    }
  }
}
