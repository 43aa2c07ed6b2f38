import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextCronOccurrenceMs, parseCronSchedule } from '../../../local/functions-host/ncrontab.ts';

const next = (expression: string, afterAt: string) => {
  const ms = nextCronOccurrenceMs(parseCronSchedule(expression), Date.parse(afterAt));
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

test.each([
  // From the table of NCRONTAB examples in Microsoft's documentation of the timer trigger.
  ['0 */5 * * * *', '2025-03-10T08:00:00Z', '2025-03-10T08:05:00.000Z'],
  ['0 5 * * * *', '2025-03-10T08:05:00Z', '2025-03-10T09:05:00.000Z'],
  ['0 0 */2 * * *', '2025-03-10T08:00:01Z', '2025-03-10T10:00:00.000Z'],
  ['0 0 9-17 * * *', '2025-03-10T17:00:00Z', '2025-03-11T09:00:00.000Z'],
  ['0 30 9 * * *', '2025-03-10T09:29:59.999Z', '2025-03-10T09:30:00.000Z'],
  ['0 30 9 * * 1-5', '2025-03-14T09:30:00Z', '2025-03-17T09:30:00.000Z'],
  ['0 30 9 * Jan Mon', '2025-03-14T09:30:00Z', '2026-01-05T09:30:00.000Z'],
  ['5,8,10 * * * * *', '2025-03-10T08:00:05Z', '2025-03-10T08:00:08.000Z'],
  ['0 5-10 * * * *', '2025-03-10T08:10:00Z', '2025-03-10T09:05:00.000Z'],
  // Steps from a number, five fields, names in any case, cut and in full.
  ['0 5/20 * * * *', '2025-03-10T08:26:00Z', '2025-03-10T08:45:00.000Z'],
  ['30 4 * * *', '2025-03-10T08:00:00Z', '2025-03-11T04:30:00.000Z'],
  ['0 0 0 1 FEBRUARY,dec *', '2025-03-10T08:00:00Z', '2025-12-01T00:00:00.000Z'],
  ['0 0 0 * * sunday', '2025-03-10T08:00:00Z', '2025-03-16T00:00:00.000Z'],
  // A day must fit the day of the month and the day of the week.
  ['0 0 12 13 * 5', '2025-03-10T08:00:00Z', '2025-06-13T12:00:00.000Z'],
  ['0 0 0 29 2 *', '2097-01-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
  ['59 59 23 31 12 *', '2025-12-31T23:59:59Z', '2026-12-31T23:59:59.000Z'],
])('%s after %s comes at %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected);
});

test('a date that is in no calendar never comes', () => {
  expect(next('0 0 0 31 2 *', '2025-01-01T00:00:00Z')).toBeUndefined();
});

test.each([
  ['* * * *', '4 fields'],
  ['* * * * * * *', '7 fields'],
  ['60 * * * * *', 'second'],
  ['0 0 24 * * *', 'hour'],
  ['0 0 0 0 * *', 'day'],
  ['0 0 0 * 13 *', 'month'],
  ['0 0 0 * * 7', 'day of week'],
  ['0 0 0 * * frixday', 'day of week'],
  ['0 9-5 * * * *', 'minute'],
  ['0 1-2-3 * * * *', 'minute'],
  ['0 */0 * * * *', 'minute'],
  ['0 5, * * * *', 'minute'],
])('%s is refused for its %s', (expression, reason) => {
  expect(() => parseCronSchedule(expression)).toThrow(reason);
});

const field = (first: number, last: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: first, max: last }).map(String),
    fc.integer({ min: 1, max: last }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: first, max: last }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
const expressions = fc
  .tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(' '));
const moments = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });

function fits(expression: string, ms: number): boolean {
  const schedule = parseCronSchedule(expression);
  const at = new Date(ms);
  return (
    at.getUTCMilliseconds() === 0 &&
    schedule.seconds.includes(at.getUTCSeconds()) &&
    schedule.minutes.includes(at.getUTCMinutes()) &&
    schedule.hours.includes(at.getUTCHours()) &&
    schedule.days.includes(at.getUTCDate()) &&
    schedule.months.includes(at.getUTCMonth() + 1) &&
    schedule.daysOfWeek.includes(at.getUTCDay())
  );
}

test('the next occurrence lies after the moment, fits the expression, and nothing between them does', () => {
  fc.assert(
    fc.property(expressions, moments, fc.double({ min: 0, max: 1, noNaN: true }), (expression, after, share) => {
      const schedule = parseCronSchedule(expression);
      const found = nextCronOccurrenceMs(schedule, after);
      if (found === undefined) return false;
      const between = after + Math.floor((found - 1 - after) * share);
      return (
        found > after &&
        fits(expression, found) &&
        !(between > after && fits(expression, Math.floor(between / 1000) * 1000) && between % 1000 === 0) &&
        nextCronOccurrenceMs(schedule, between) === found
      );
    }),
    { numRuns: 300 },
  );
});

test('every moment that fits is found from the second before it', () => {
  fc.assert(
    fc.property(expressions, moments, (expression, after) => {
      const [second, minute, hour, day, month] = Object.values(parseCronSchedule(expression)).map((set) => set[0] ?? 0);
      const everyWeekday = expression.replace(/\S+$/, '*');
      const fitting = Date.UTC(new Date(after).getUTCFullYear(), (month ?? 1) - 1, day, hour, minute, second);
      return nextCronOccurrenceMs(parseCronSchedule(everyWeekday), fitting - 1) === fitting;
    }),
    { numRuns: 300 },
  );
});
