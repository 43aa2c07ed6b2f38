import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durableTime } from '../../src/adapters/durable-time.ts';

/** The very moment that durable-functions takes when it is not bundled. */
const moment = createRequire(createRequire(import.meta.url).resolve('durable-functions'))('moment');

const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
/** .NET writes 7 digits of a second where there are any. */
const spans = fc
  .tuple(fc.nat(40), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999))
  .map(([days, hours, minutes, seconds, ms]) => {
    const two = (value: number) => String(value).padStart(2, '0');
    const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}0000`;
    return `${days === 0 ? '' : `${days}.`}${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}`;
  });

test('tells whether a timer is longer than the engine allows, as moment does', () => {
  fc.assert(
    fc.property(instants, instants, spans, (fireAt, now, longest) => {
      const asks = (time: typeof durableTime) => time.duration(time(fireAt).diff(now)) > time.duration(longest);
      expect(asks(durableTime)).toBe(asks(moment));
    }),
  );
});

test('cuts a long timer where moment cuts it, from the text that crosses the task', () => {
  fc.assert(
    fc.property(instants, spans, (now, interval) => {
      const cut = (time: typeof durableTime) => {
        const text = time.duration(interval);
        if (typeof text === 'number') throw new Error('a text makes a span');
        return time(now).add(time.duration(text.toISOString())).toDate().toISOString();
      };
      expect(cut(durableTime)).toBe(cut(moment));
    }),
  );
});

test.each([
  [30_000, 'ms'],
  ['12', 's'],
] as const)('waits %s %s between two polls of an HTTP task, as moment does', (value, unit) => {
  const now = new Date('2026-01-05T08:00:00Z');
  const until = (time: typeof durableTime) => time(now).add(time.duration(value, unit)).toDate();
  expect(until(durableTime)).toEqual(until(moment));
});

test('refuses a text in a form that the extension does not send', () => {
  expect(() => durableTime.duration('three days')).toThrow(RangeError);
});
