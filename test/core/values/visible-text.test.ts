import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toVisibleJson } from '../../../src/core/values/visible-text.ts';
import { anyCharacter } from '../../support/any-text.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u;

describe('visible JSON', () => {
  test.each([
    ['a line break', 'a\r\nb', 'a\\r\\nb'],
    ['an ANSI escape', '\u001b[31mred', '\\u001b[31mred'],
    ['the one-byte escape', '\u009b31mred', '\\u009b31mred'],
    ['delete', '\u007f', '\\u007f'],
    ['a bidi override', '\u202eevil\u2069', '\\u202eevil\\u2069'],
    ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
    ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['a tag beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
    ['half a character', '\ud800', '\\ud800'],
  ])('shows %s as an escape', (_what, text, shown) => {
    expect(toVisibleJson({ text })).toBe(`{"text":"${shown}"}`);
  });

  test('leaves what can be seen as it is', () => {
    expect(toVisibleJson({ grüße: 'מה 日本 👋' })).toBe('{"grüße":"מה 日本 👋"}');
  });

  test('is the same value again, and holds nothing that cannot be seen, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (name, value) => {
        const object = Object.fromEntries([[name, value]]);
        const json = toVisibleJson(object);
        expect(json).not.toMatch(INVISIBLE);
        expect(JSON.parse(json)).toEqual(object);
      }),
    );
  });
});
