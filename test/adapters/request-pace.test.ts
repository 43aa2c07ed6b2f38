import { expect, test } from 'vitest';
import { createRequestPace } from '../../src/adapters/request-pace.ts';
import { createManualClock } from './manual-clock.ts';

async function turnsOf(clock: ReturnType<typeof createManualClock>, pace: () => Promise<void>, requests: number) {
  const atMs: number[] = [];
  const all = Array.from({ length: requests }, () => pace().then(() => atMs.push(clock.nowMs())));
  for (let passed = 0; passed < 10_000 && atMs.length < requests; passed += 10) {
    await new Promise(setImmediate);
    clock.advance(10);
  }
  await Promise.all(all);
  return atMs;
}

test('requests asked for at once are spaced evenly, the first one at once', async () => {
  const clock = createManualClock(1_000_000);
  const atMs = await turnsOf(clock, createRequestPace({ clock, maximumPerSecond: 50 }), 120);
  expect(atMs.slice(0, 4)).toEqual([1_000_000, 1_000_020, 1_000_040, 1_000_060]);
  for (const fromMs of atMs)
    expect(atMs.filter((ms) => ms >= fromMs && ms < fromMs + 1_000).length).toBeLessThanOrEqual(50);
  expect(atMs.at(-1)).toBe(1_000_000 + 119 * 20);
});

test('requests that come slowly do not wait, and save up no burst', async () => {
  const clock = createManualClock(0);
  const pace = createRequestPace({ clock, maximumPerSecond: 10 });
  await pace();
  clock.advance(60_000);
  await pace();
  const atMs = await turnsOf(clock, pace, 2);
  expect(atMs).toEqual([60_100, 60_200]);
});

test('a clock that is set back holds nobody up', async () => {
  let nowMs = 10_000_000;
  const clock = { nowMs: () => nowMs, after: () => () => undefined };
  const pace = createRequestPace({ clock, maximumPerSecond: 1 });
  await pace();
  nowMs -= 3_600_000;
  await pace();
});
