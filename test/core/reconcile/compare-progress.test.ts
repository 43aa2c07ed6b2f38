import { expect, test } from 'vitest';
import {
  type CompareProgress,
  isFillInDue,
  NO_TURN_YET,
  nextTurn,
  toSliceName,
} from '../../../src/core/reconcile/compare-progress.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12);
const begun = { startedAtMs: NOW, nextSlice: 0, comesAgain: false, records: 0, instances: 0 };
const done = (minutesAgo: number, comesAgain = false): CompareProgress => ({
  startedAtMs: NOW - minutesAgo * MINUTE,
  nextSlice: 256,
  comesAgain,
  records: 9,
  instances: 9,
});

test('the first turn begins at once', () => {
  expect(nextTurn(NO_TURN_YET, NOW)).toEqual(begun);
});

test('a turn goes on where it stopped, however long ago it began', () => {
  const stopped = { ...done(200), nextSlice: 77 };
  expect(nextTurn(stopped, NOW)).toBe(stopped);
});

test('the next turn begins an hour after the last one began', () => {
  expect(nextTurn(done(59), NOW)).toBeUndefined();
  expect(nextTurn(done(60), NOW)).toEqual(begun);
});

test('after records of an older release were found, or the engine did not answer, it begins after a quarter of an hour', () => {
  expect(nextTurn(done(14, true), NOW)).toBeUndefined();
  expect(nextTurn(done(15, true), NOW)).toEqual(begun);
});

test('a clock that was set back does not put off the next turn for longer', () => {
  expect(nextTurn(done(-60), NOW)).toEqual(begun);
});

test('every third run goes through the open records, though it begin a minute early, and whatever turn is under way', () => {
  expect(isFillInDue(NO_TURN_YET, NOW)).toBe(true);
  const filledIn = (minutesAgo: number) => ({ ...done(1), filledInAtMs: NOW - minutesAgo * MINUTE });
  expect([-14, 0, 10, 13, 14, 15].map((minutes) => isFillInDue(filledIn(minutes), NOW))).toEqual([
    ...[true, false, false, false, true, true],
  ]);
});

test('a new turn does not forget when that was', () => {
  expect(nextTurn({ ...done(60), filledInAtMs: NOW - MINUTE }, NOW)).toEqual({ ...begun, filledInAtMs: NOW - MINUTE });
});

test('a slice is the beginning of a call id', () => {
  expect([0, 10, 255].map(toSliceName)).toEqual(['00', '0a', 'ff']);
});
