import { expect, test } from 'vitest';
import { createRefusalLines } from '../../../src/core/notifications/refusal-lines.ts';

test('a minute has so many lines; the rest is counted by reason, and told once the minute is over', () => {
  const lines = createRefusalLines(2);
  const refused = ['expired', 'tokenMissing', 'expired', 'tokenMissing', 'tokenMissing'];
  expect(refused.map((reason, index) => lines.mayTell(reason, 1_000 + index))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(lines.takeUntold(60_999)).toBeUndefined();
  expect(lines.takeUntold(61_000)).toEqual({ requests: 3, reasons: 'tokenMissing 2, expired 1' });
  expect(lines.takeUntold(61_000)).toBeUndefined();
});

test('the next minute begins with its first refusal, and has lines again', () => {
  const lines = createRefusalLines(1);
  const at = (nowMs: number) => lines.mayTell('expired', nowMs);
  expect([at(0), at(59_999), at(90_000), at(149_999), at(150_000)]).toEqual([true, false, true, false, true]);
});
