import { describe, expect, test } from 'vitest';
import { toReasonText, toResultText } from '../../../src/core/call-end/result-words.ts';

describe('how a call ended, in words', () => {
  test('a missed keepAlive is told as such', () => {
    expect(toResultText({ code: 408, subcode: 8537 })).toBe(
      'keepAlive was missed: Graph ended the call for want of a sign of life.',
    );
  });

  test.each([
    [200, 5002, 'All other participants left.'],
    [200, 5010, 'Only one participant remained; keepAlive does not hold such a call.'],
    [408, 10057, "The callee's devices did not answer in time."],
    [410, 301005, 'The media connection failed.'],
    [480, 10037, 'The callee has no device signed in.'],
    [480, 99999, 'The callee could not be reached.'],
    [500, 1005, "Graph could not connect to the bot's media."],
    [500, 3002, 'The calling platform failed.'],
    [500, 9999, 'The media of the call failed.'],
    [0, 7015, 'The call ended because its transfer succeeded.'],
  ])('%i/%i is explained', (code, subcode, text) => {
    expect(toResultText({ code, subcode })).toBe(text);
  });

  test('codes that nobody explains keep their numbers', () => {
    expect(toResultText({ code: 500, subcode: 4711 })).toBe('The call ended with an error (code 500, subcode 4711).');
    expect(toResultText({ code: 200, subcode: 1 })).toBe('The call ended normally (code 200, subcode 1).');
    expect(toResultText({ code: 403 })).toBe('The call ended with an error (code 403).');
    expect(toResultText({ message: 'no code' })).toBeUndefined();
  });

  test('every reason is one sentence of its own', () => {
    const texts = (['terminated', 'notFound', 'stopped', 'expired'] as const).map(toReasonText);
    expect(new Set(texts).size).toBe(4);
    for (const text of texts) expect(text).toMatch(/^[A-Z][^.]+\.$/);
  });
});
