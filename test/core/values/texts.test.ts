import { expect, test } from 'vitest';
import { toFailureText } from '../../../src/core/operator-views/failure-text.ts';
import { toDurationText, toInstantText } from '../../../src/core/values/time-text.ts';

test.each([
  ['http 503', 'Graph answers 503'],
  ['http 429 TooManyRequests', 'Graph answers 429 TooManyRequests'],
  ['denied: 7504', 'Graph refuses the app (7504: the tenant has not consented to its permissions)'],
  ['denied: 1234', 'Graph refuses the app (1234)'],
  ['unclear: 404 without "call not found"', 'Graph answers 404 without saying that the call is over'],
  ['timeout requestTimeout', 'Graph does not answer in time'],
  ['network ECONNRESET', 'Graph cannot be reached (ECONNRESET)'],
  ['credential AADSTS7000215', 'there is no token for Graph (AADSTS7000215)'],
  ['the keepAlive activity failed', 'the keepAlive activity failed'],
])('the failure "%s" in words: %s', (reason, text) => expect(toFailureText(reason)).toBe(text));

test.each([
  [-1, '0 s'],
  [119_999, '119 s'],
  [120_000, '2 min'],
  [7_199_999, '119 min'],
  [7_200_000, '2 h'],
  [7_500_000, '2 h 5 min'],
  [172_799_999, '47 h 59 min'],
  [172_800_000, '2 d'],
])('%i ms in words: %s', (ms, text) => expect(toDurationText(ms)).toBe(text));

test.each([
  { distance: 'near', instant: '2026-03-02T12:01:05Z', text: '12:01:05 UTC' },
  { distance: 'of today', instant: '2026-03-02T14:05:00Z', text: '14:05 UTC' },
  { distance: 'far', instant: '2026-03-03T14:05:00Z', text: '2026-03-03 14:05 UTC' },
])('an instant that is $distance is told as $text', ({ instant, text }) => {
  expect(toInstantText(Date.parse(instant), Date.parse('2026-03-02T12:00:00Z'))).toBe(text);
});
