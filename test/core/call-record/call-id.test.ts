import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callIdOfInstance, parseCallId, toInstanceId } from '../../../src/core/call-record/call-id.ts';
import { anyCallId } from '../../contract/call-record-arbitrary.ts';
import { anyCharacter } from '../../support/any-text.ts';

test('reads the forms of the documentation as one call', () => {
  const callId = '57dab8b1-894c-409a-b240-bd8beae78896';
  expect(parseCallId('57dab8b1-894c-409a-b240-bd8beae78896')).toBe(callId);
  expect(parseCallId('57DAB8B1894C409AB240BD8BEAE78896')).toBe(callId);
});

test('reads any call in either form and any case as the same call', () => {
  const anyCase = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });
  fc.assert(
    fc.property(anyCallId, anyCase, fc.boolean(), (callId, upper, dashed) => {
      const mixed = [...callId].map((digit, index) => (upper[index] ? digit.toUpperCase() : digit)).join('');
      expect(parseCallId(dashed ? mixed : mixed.replaceAll('-', ''))).toBe(callId);
    }),
  );
});

test.each([
  ['nothing', ''],
  ['a path out of the call', '../../57dab8b1894c409ab240bd8beae7'],
  ['an encoded path', '57dab8b1-894c-409a-b240-bd8b%2e%2e%2f'],
  ['a line end after it', '57dab8b1-894c-409a-b240-bd8beae78896\n'],
  ['a line end in place of its last digit', '57dab8b1-894c-409a-b240-bd8beae7889\n'],
  ['a header after it', '57dab8b1-894c-409a-b240-bd8beae78896\r\nx: y'],
  ['a NUL', '57dab8b1-894c-409a-b240-bd8beae7889\u0000'],
  ['braces', '{57dab8b1-894c-409a-b240-bd8beae7}'],
  ['spaces around it', ' 57dab8b1894c409ab240bd8beae78896 '],
  ['digits of another alphabet', '٥7dab8b1-894c-409a-b240-bd8beae78896'],
  ['letters beyond f', 'g7dab8b1-894c-409a-b240-bd8beae78896'],
  ['dashes elsewhere', '57dab8b18-94c-409a-b240-bd8beae78896'],
  ['some of the dashes', '57dab8b1-894c409ab240bd8beae78896'],
  ['a path after the digits', '57dab8b1894c409ab240bd8beae78896/../'],
  ['5,000 digits', 'a'.repeat(5000)],
  ['a name of the prototype', '__proto__'],
])('rejects %s', (_, text) => {
  expect(parseCallId(text)).toBeUndefined();
});

test('never lets anything but a GUID through', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.stringMatching(/^[0-9a-fA-F{}%./\\-]{32}$/),
    fc.stringMatching(/^[0-9a-gA-G-]{36}$/),
  );
  fc.assert(
    fc.property(text, (hostile) => {
      expect(parseCallId(hostile) ?? '00000000-0000-0000-0000-000000000000').toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
      );
    }),
  );
});

test('gives each call one instance, and finds the call of an instance', () => {
  fc.assert(
    fc.property(anyCallId, (callId) => {
      const instanceId = toInstanceId(callId);
      expect(instanceId).toBe(`call-${callId}`);
      expect(instanceId).toMatch(/^[A-Za-z0-9-]+$/);
      expect(callIdOfInstance(instanceId)).toBe(callId);
    }),
  );
});

test.each(['57dab8b1-894c-409a-b240-bd8beae78896', 'call-', 'call-1', '@keepalive@call', 'recall-57dab8b1', ''])(
  'finds no call in the instance %j of somebody else',
  (instanceId) => {
    expect(callIdOfInstance(instanceId)).toBeUndefined();
  },
);
