import type { Clock } from '../../src/adapters/clock.ts';

export function waitMs(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Asks again and again until the check holds; false when it did not within the limit. An error counts as not yet. */
export async function waitUntil(clock: Clock, limitMs: number, check: () => Promise<boolean>): Promise<boolean> {
  const untilMs = clock.nowMs() + limitMs;
  for (;;) {
    if (await check().catch(() => false)) return true;
    if (clock.nowMs() > untilMs) return false;
    await waitMs(clock, 100);
  }
}
