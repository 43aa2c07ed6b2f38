import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGraphError } from '../../../src/core/graph-answers/parse-graph-error.ts';
import { anyCharacter } from '../../support/any-text.ts';

test("Graph's error gives its code and message", () => {
  const body = { error: { code: '8522', message: 'Call not found.', innerError: { date: '2026-03-01' } } };
  expect(parseGraphError(JSON.stringify(body))).toEqual({ code: '8522', message: 'Call not found.' });
});

test('an error hidden as JSON text in the message of UnknownError wins over it', () => {
  const message = JSON.stringify({ errorCode: '7503', message: 'Application is not registered in our store.' });
  expect(parseGraphError(JSON.stringify({ error: { code: 'UnknownError', message } }))).toEqual({
    code: '7503',
    message: 'Application is not registered in our store.',
  });
});

test('a hidden numeric code is read as text', () => {
  const message = JSON.stringify({ errorCode: 7505, message: 'mismatch' });
  expect(parseGraphError(JSON.stringify({ error: { code: 'UnknownError', message } })).code).toBe('7505');
});

test.each(['', 'no json', '[]', 'null', '"text"', '{}', '{"error":"text"}', '{"error":{"code":{},"message":7}}'])(
  '%j is no error of Graph',
  (body) => {
    expect(parseGraphError(body)).toEqual({});
  },
);

test('a token echoed in a message is taken out', () => {
  const message = 'bad token eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIxIn0.c2ln for you';
  expect(parseGraphError(JSON.stringify({ error: { code: 'X', message } })).message).toBe('bad token (token) for you');
});

test('a message is one printable line of at most 200 characters, a code plain text of at most 64', () => {
  const anyBody = fc.record({
    error: fc.record({
      code: fc.string({ maxLength: 80 }),
      message: fc.string({ unit: anyCharacter, maxLength: 400 }),
    }),
  });
  fc.assert(
    fc.property(anyBody, (body) => {
      const { code, message } = parseGraphError(JSON.stringify(body));
      if (code !== undefined) expect(code).toMatch(/^[\w.-]{1,64}$/);
      if (message === undefined) return;
      expect(message.length).toBeLessThanOrEqual(200);
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.isWellFormed()).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(() => parseGraphError(body)).not.toThrow();
    }),
  );
});

test('a code and a message at their limits are kept whole, longer ones are dropped and cut', () => {
  const parse = (code: string, message: string) => parseGraphError(JSON.stringify({ error: { code, message } }));
  expect(parse('c'.repeat(64), 'm'.repeat(200))).toEqual({ code: 'c'.repeat(64), message: 'm'.repeat(200) });
  expect(parse('c'.repeat(65), `${'m'.repeat(199)}\u{1f600}`)).toEqual({ message: `${'m'.repeat(199)}\ufffd` });
});
