import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNotifications } from '../../../src/core/notifications/parse-notifications.ts';
import { deliverableText } from '../../../src/core/values/deliverable-text.ts';
import { anyCharacter } from '../../support/any-text.ts';

test.each([
  ['a noncharacter', 'x\uFFFEy', 'x\uFFFDy'],
  ['a control character', 'x\u0000y\u001B', 'x\uFFFDy\uFFFD'],
  ['a lone high surrogate', 'x\uD83D', 'x\uFFFD'],
  ['a lone low surrogate', '\uDE00x', '\uFFFDx'],
])('%s is replaced', (_, text, deliverable) => {
  expect(deliverableText(text)).toBe(deliverable);
});

test('what XML 1.0 has a place for stays as it is', () => {
  const text = 'Grüße\t\r\n 世界 😀 \uFFFD \uE000 \u007F';
  expect(deliverableText(text)).toBe(text);
});

test('whatever text comes, it leaves as well-formed characters of XML 1.0', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.integer({ min: 0, max: 0xffff }), (text, unit) => {
      const deliverable = deliverableText(text + String.fromCharCode(unit));
      expect(deliverable.isWellFormed()).toBe(true);
      expect(deliverable).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
    }),
  );
});

test('an envelope whose @odata.type is null is an envelope', () => {
  const entry = { changeType: 'updated', resource: '/app/calls/4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24' };
  const owner = { botAppId: 'bot', graphOrigins: [] };
  expect(parseNotifications({ '@odata.type': null, value: [entry] }, owner)).toMatchObject({
    kind: 'notifications',
    entries: [{ kind: 'call' }],
  });
});
