import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { parseCallEnded, parseKeepaliveState, parseOutcome } from '../../../src/core/keepalive/parse-keepalive.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const LATEST = 8.64e15;
const CALL = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const INSTANCE = `call-${CALL}`;
const callId = parseCallId(CALL) ?? expect.unreachable();
const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });
const fresh = startKeepalive({ callId, graphCallId: CALL.toUpperCase(), firstSeenAtMs: NOW, limits });
const {
  longestPauseMs,
  confirmGoneAfterDeadlineMs,
  unclearIntervalMs,
  expireAfterTryingMs,
  deliverForMs,
  ...oldLimits
} = limits;

describe('an orchestration goes on with', () => {
  test.each<[string, object]>([
    ['what the app started it with', fresh],
    ['the limits of an older release', { ...fresh, limits: oldLimits }],
    [
      'all that a life leaves in it',
      {
        ...fresh,
        ...{ establishedAtMs: NOW, lastKeepAliveAtMs: NOW, firstUnclearAtMs: NOW, failingSinceMs: -LATEST },
        ...{ keepAlives: 4, attempts: 7, consecutiveFailures: 1, worstMarginMs: -5, nextKeepAliveAtMs: LATEST },
        recent: [{ atMs: NOW, result: 'alive', ms: 80 }],
        lastFailure: { atMs: NOW, reason: 'http 503' },
        ended: { reason: 'notFound' },
      },
    ],
  ])('%s', (_, input) => {
    expect(parseKeepaliveState(input, INSTANCE)).toBe(input);
  });
});

describe('an orchestration refuses, by an error that names it,', () => {
  const refusal = (instanceId: string) => `Instance ${instanceId} was started without the state of its call. Register`;

  test.each<[string, unknown]>([
    ...[null, undefined, 'text', [fresh]].map((input): [string, unknown] => [`${input}`, input]),
    ...['callId', 'graphCallId', 'limits', 'firstSeenAtMs', 'nextKeepAliveAtMs', 'recent'].map(
      (name): [string, unknown] => [`a state without ${name}`, { ...fresh, [name]: undefined }],
    ),
    ['the id of another call', { ...fresh, callId: '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5' }],
    ['an address for the id', { ...fresh, graphCallId: 'https://example.com/?4a1f7c00-6b1e-4d52' }],
    ['a first sight that is a text', { ...fresh, firstSeenAtMs: `${NOW}` }],
    ['a due time after all dates', { ...fresh, nextKeepAliveAtMs: LATEST + 2 }],
    ['no number as a due time', { ...fresh, nextKeepAliveAtMs: Number.NaN }],
    ['limits that are a list', { ...fresh, limits: [] }],
    ['limits of which one is missing', { ...fresh, limits: { ...limits, expireAfterMs: undefined } }],
    ['limits of which one was never written', { ...fresh, limits: { intervalMs: 900_000 } }],
    ['limits of which one is endless', { ...fresh, limits: { ...limits, deliverForMs: Number.POSITIVE_INFINITY } }],
    ['tries that are no list', { ...fresh, recent: { atMs: NOW } }],
    ['one try that is none', { ...fresh, recent: [{ atMs: NOW }, null] }],
    ['one try without its time', { ...fresh, recent: [{ atMs: NOW }, {}] }],
    ...['establishedAtMs', 'lastKeepAliveAtMs', 'firstUnclearAtMs', 'failingSinceMs'].map((name): [string, unknown] => [
      `a text as ${name}`,
      { ...fresh, [name]: '2026-01-05' },
    ]),
    ...['keepAlives', 'attempts', 'consecutiveFailures', 'worstMarginMs'].map((name): [string, unknown] => [
      `no number as ${name}`,
      { ...fresh, [name]: null },
    ]),
    ['a failure without its time', { ...fresh, lastFailure: { reason: 'http 503' } }],
    ['an end that is a text', { ...fresh, ended: 'terminated' }],
  ])('%s', (_, input) => {
    expect(() => parseKeepaliveState(input, INSTANCE)).toThrow(refusal(INSTANCE));
  });

  test.each<[string, object]>([
    ['that names a call', fresh],
    ['that names none', { ...fresh, callId: 'mine', graphCallId: 'mine' }],
  ])('a state %s when it is no instance of a call', (_, input) => {
    expect(() => parseKeepaliveState(input, 'somebody-else')).toThrow(refusal('somebody-else'));
  });
});

test.each<[unknown, object]>([
  [null, { reason: 'terminated' }],
  ['stopped', { reason: 'terminated' }],
  [{}, { reason: 'terminated' }],
  [{ reason: 'because' }, { reason: 'terminated' }],
  ...['terminated', 'notFound', 'stopped', 'expired'].map((reason): [object, object] => [{ reason }, { reason }]),
  [
    { reason: 'stopped', resultInfo: { code: 200 }, terminationReason: 'normal', more: 1 },
    { reason: 'stopped', resultInfo: { code: 200 }, terminationReason: 'normal' },
  ],
])('whatever the event callEnded carries, the call has ended: %j', (payload, ended) => {
  expect(parseCallEnded(payload)).toStrictEqual(ended);
});

describe('what the keepAlive activity returned', () => {
  const alive = { kind: 'alive', sentAtMs: NOW, durationMs: 80 };

  test.each([
    alive,
    { ...alive, kind: 'gone', clientRequestId: 'c', requestId: 'r', tenantId: 't' },
    { ...alive, kind: 'unclear', lastSuccessAtMs: NOW - 1 },
    { ...alive, kind: 'denied', code: '7504', reason: 'insufficient' },
    { ...alive, kind: 'retry', reason: 'http 503', afterMs: 30_000 },
  ])('is taken as it is: $kind', (result) => {
    expect(parseOutcome(result, NOW)).toBe(result);
  });

  test('took no time when it does not say how long', () => {
    const untimed = { kind: 'retry', sentAtMs: NOW };
    expect(parseOutcome(untimed, NOW)).toStrictEqual({ ...untimed, durationMs: 0 });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'alive'],
    ['a list', [alive]],
    ['no kind', { ...alive, kind: undefined }],
    ['an unknown kind', { ...alive, kind: 'dead' }],
    ['no instant', { ...alive, sentAtMs: 'now' }],
    ['a success at no instant', { ...alive, lastSuccessAtMs: Number.NaN }],
    ['a delay without end', { ...alive, kind: 'retry', afterMs: Number.POSITIVE_INFINITY }],
    ['a duration that is a text', { ...alive, durationMs: '80' }],
    ...['code', 'reason', 'requestId', 'clientRequestId', 'tenantId'].map((name): [string, unknown] => [
      `a number as ${name}`,
      { ...alive, [name]: 7 },
    ]),
  ])('is a try to repeat when it is %s', (_, result) => {
    expect(parseOutcome(result, NOW)).toStrictEqual({
      kind: 'retry',
      reason: 'the keepAlive activity failed',
      sentAtMs: NOW,
      durationMs: 0,
    });
  });
});
