import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyGraphAnswer } from '../../../src/core/graph-answers/classify-graph-answer.ts';
import type { GraphAnswer, GraphAnswered } from '../../../src/core/graph-answers/graph-answer.ts';

const facts = { clientRequestId: 'c-1', tenantId: 't-1', sentAtMs: 1000, durationMs: 20 };
const answered = (status: number, rest: Partial<GraphAnswered> = {}): GraphAnswer => ({
  kind: 'answered',
  status,
  ...facts,
  ...rest,
});

test.each([200, 202, 204, 299])('a %i keeps the call alive', (status) => {
  expect(classifyGraphAnswer(answered(status, { requestId: 'r-1' }))).toEqual({
    kind: 'alive',
    ...facts,
    requestId: 'r-1',
  });
});

test.each([
  { errorCode: '8522' },
  { errorCode: '8523' },
  { errorMessage: 'Call not found.' },
  { errorCode: 'NotFound', errorMessage: 'Error: CALL NOT FOUND' },
])('a 404 with %j says that the call is gone', (rest) => {
  expect(classifyGraphAnswer(answered(404, rest)).kind).toBe('gone');
});

test.each([{}, { errorCode: 'NotFound' }, { errorCode: '85220' }, { errorMessage: 'Resource not found' }])(
  'a 404 with %j is unclear: the base URL may be wrong',
  (rest) => {
    expect(classifyGraphAnswer(answered(404, rest)).kind).toBe('unclear');
  },
);

test('the call-not-found code counts only with a 404', () => {
  expect(classifyGraphAnswer(answered(500, { errorCode: '8522' })).kind).toBe('retry');
});

test.each([400, 403])('a %i is denied with its code', (status) => {
  expect(classifyGraphAnswer(answered(status, { errorCode: '7504', errorMessage: 'Insufficient' }))).toEqual({
    kind: 'denied',
    code: '7504',
    reason: 'Insufficient',
    ...facts,
  });
  expect(classifyGraphAnswer(answered(status, { errorMessage: 'Insufficient' }))).toMatchObject({
    code: `http${status}`,
    reason: 'Insufficient',
  });
});

test('a 403 without a body is denied all the same', () => {
  expect(classifyGraphAnswer(answered(403))).toMatchObject({
    kind: 'denied',
    code: 'http403',
    reason: 'Graph answered 403',
  });
});

test('a 400 without a body is no word of Graph, and is tried again as any passing trouble', () => {
  expect(classifyGraphAnswer(answered(400))).toEqual({ kind: 'retry', reason: 'http 400', ...facts });
});

test('a 401 is retried after a minute: a token is new each time', () => {
  expect(classifyGraphAnswer(answered(401, { errorCode: 'InvalidAuthenticationToken' }))).toEqual({
    kind: 'retry',
    reason: 'http 401 InvalidAuthenticationToken',
    afterMs: 60_000,
    ...facts,
  });
});

test.each([0, 1_000, 19_999])(
  'a Retry-After of %i ms becomes 20 seconds: calls do not knock all the time',
  (retryAfterMs) => {
    expect(classifyGraphAnswer(answered(503, { retryAfterMs }))).toMatchObject({ kind: 'retry', afterMs: 20_000 });
  },
);

test('a 429 is retried after the delay that Graph names', () => {
  expect(classifyGraphAnswer(answered(429, { errorCode: 'TooManyRequests', retryAfterMs: 27_000 }))).toEqual({
    kind: 'retry',
    reason: 'http 429 TooManyRequests',
    afterMs: 27_000,
    ...facts,
  });
});

test.each([302, 405, 408, 409, 500, 503, 504])('a %i is retried', (status) => {
  expect(classifyGraphAnswer(answered(status))).toEqual({ kind: 'retry', reason: `http ${status}`, ...facts });
});

test('no answer at all is retried, and says why', () => {
  expect(classifyGraphAnswer({ kind: 'failed', reason: 'network', detail: 'ECONNRESET', ...facts })).toEqual({
    kind: 'retry',
    reason: 'network ECONNRESET',
    ...facts,
  });
});

test('every answer has one outcome, which survives JSON unchanged and keeps the facts', () => {
  const anyFacts = { clientRequestId: fc.string(), tenantId: fc.string(), sentAtMs: fc.nat(), durationMs: fc.nat() };
  const anyAnswer: fc.Arbitrary<GraphAnswer> = fc.oneof(
    fc.record(
      {
        kind: fc.constant('answered' as const),
        status: fc.oneof(fc.integer(), fc.constantFrom(200, 400, 401, 403, 404, 429, 500)),
        ...anyFacts,
        errorCode: fc.string(),
        errorMessage: fc.string(),
        retryAfterMs: fc.nat(),
        requestId: fc.string(),
        date: fc.string(),
      },
      { requiredKeys: ['kind', 'status', 'clientRequestId', 'tenantId', 'sentAtMs', 'durationMs'] },
    ),
    fc.record({
      kind: fc.constant('failed' as const),
      reason: fc.constantFrom('timeout' as const, 'network' as const, 'credential' as const),
      detail: fc.string(),
      ...anyFacts,
    }),
  );
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const outcome = classifyGraphAnswer(answer);
      expect(['alive', 'gone', 'unclear', 'denied', 'retry']).toContain(outcome.kind);
      expect(JSON.parse(JSON.stringify(outcome))).toStrictEqual(outcome);
      const { clientRequestId, tenantId, sentAtMs, durationMs } = answer;
      expect(outcome).toMatchObject({ clientRequestId, tenantId, sentAtMs, durationMs });
      expect(outcome.kind === 'gone').toBe(
        outcome.kind === 'gone' && answer.kind === 'answered' && answer.status === 404,
      );
    }),
  );
});
