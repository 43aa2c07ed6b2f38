import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/core/graph-answers/parse-retry-after.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const hourMs = 3_600_000;

test('whole seconds are a delay from now', () => {
  expect(parseRetryAfter('30', nowMs)).toBe(30_000);
  expect(parseRetryAfter(' 0 ', nowMs)).toBe(0);
});

test('an HTTP date is the delay until then, and none when it has passed', () => {
  expect(parseRetryAfter('Sun, 01 Mar 2026 12:02:00 GMT', nowMs)).toBe(120_000);
  expect(parseRetryAfter('Sun, 01 Mar 2026 11:00:00 GMT', nowMs)).toBe(0);
});

test('no delay is longer than an hour', () => {
  expect(parseRetryAfter('3601', nowMs)).toBe(hourMs);
  expect(parseRetryAfter('9'.repeat(400), nowMs)).toBe(hourMs);
  expect(parseRetryAfter('Mon, 02 Mar 2026 12:00:00 GMT', nowMs)).toBe(hourMs);
});

test.each([null, '', '-5', '1.5', 'soon', '2026-03-01', '12 apples', 'Sun, 99 Foo 2026 12:02:00 GMT'])(
  '%j is no delay',
  (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined();
  },
);

test('whatever the header says, the delay is undefined or between zero and an hour', () => {
  const anyDate = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString());
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), anyDate), (value) => {
      const delayMs = parseRetryAfter(value, nowMs);
      if (delayMs !== undefined) expect(delayMs >= 0 && delayMs <= hourMs).toBe(true);
    }),
  );
});

test('an HTTP date within the hour gives back exactly its distance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3600 }), (seconds) => {
      expect(parseRetryAfter(new Date(nowMs + seconds * 1000).toUTCString(), nowMs)).toBe(seconds * 1000);
    }),
  );
});
