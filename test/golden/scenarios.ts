import type { KeepAliveOutcome, KnownSuccess } from '../../src/core/keepalive/keep-alive-outcome.ts';

type Failure = { readonly throws: string };
type Answer = Partial<KeepAliveOutcome> & Pick<KeepAliveOutcome, 'kind'> & KnownSuccess;

/** When every scenario begins. */
export const START_MS = Date.parse('2026-01-05T08:00:00Z');

/** One life of a call: what Graph and the others answer, and when the call is told to have ended. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Answers of the activity `keepAlive`, in order; when they are used up it is alive. */
  readonly keepAlives?: ReadonlyArray<Answer | Failure>;
  readonly keepAliveTakesMs?: number;
  readonly cleanUps?: ReadonlyArray<{ readonly deliver: boolean } | Failure>;
  /** How often `deliverCallEnded` fails before it succeeds. */
  readonly failedDeliveries?: number;
  /** How often `deliverCallEnded` has to wait for its turn before that. */
  readonly postponedDeliveries?: number;
  /** When `callEnded` is raised, from the start. */
  readonly endedAtMs?: number;
  readonly runForMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const busy = { kind: 'retry', reason: 'http 503 ServiceUnavailable' } as const;
const unauthorized = { kind: 'retry', reason: 'http 401', afterMs: MINUTE_MS } as const;
const waitFor = (afterMs: number) => ({ kind: 'retry', reason: 'http 503 ServiceUnavailable', afterMs }) as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'day',
    about: '24 hours of keepAlives over three generations, then terminated',
    endedAtMs: 24 * HOUR_MS + MINUTE_MS,
    runForMs: 25 * HOUR_MS,
  },
  {
    name: 'failing',
    about: 'refused, told to wait, crashed, denied and unclear in turn, alive in between; then terminated',
    keepAlives: [
      busy,
      busy,
      { kind: 'retry', reason: 'http 429 TooManyRequests', afterMs: 120_000 },
      { kind: 'alive' },
      { throws: 'the worker crashed' },
      { kind: 'retry', reason: 'timeout requestTimeout' },
      { kind: 'alive' },
      { kind: 'denied', code: '7504', reason: 'Insufficient enterprise tenant permissions' },
      { kind: 'alive' },
      { kind: 'unclear' },
      { kind: 'alive' },
    ],
    endedAtMs: 3 * HOUR_MS,
    runForMs: 4 * HOUR_MS,
  },
  {
    name: 'overdue',
    about: 'refused until after the deadline, then terminated while overdue',
    keepAlives: Array.from({ length: 200 }, () => busy),
    endedAtMs: HOUR_MS,
    runForMs: 2 * HOUR_MS,
  },
  {
    name: 'ended-by-event',
    about: 'terminated while a keepAlive runs',
    keepAliveTakesMs: 5_000,
    endedAtMs: 30 * MINUTE_MS + 2_000,
    runForMs: HOUR_MS,
  },
  {
    name: 'not-found',
    about: 'Graph knows the call no more at the third keepAlive',
    keepAlives: [{ kind: 'alive' }, { kind: 'alive' }, { kind: 'gone' }],
    runForMs: HOUR_MS,
  },
  {
    name: 'not-found-unclear',
    about: 'twice a 404 that does not speak of the call',
    keepAlives: [{ kind: 'alive' }, { kind: 'unclear' }, { kind: 'unclear' }],
    runForMs: HOUR_MS,
  },
  {
    name: 'webhook',
    about: 'terminated; the clean-up fails twice, the delivery to the webhook three times',
    cleanUps: [{ throws: 'the table is away' }, { throws: 'the table is away' }, { deliver: true }],
    failedDeliveries: 3,
    endedAtMs: 20 * MINUTE_MS,
    runForMs: HOUR_MS,
  },
  {
    name: 'webhook-postponed',
    about: 'terminated; the delivery to the webhook waits for its turn twice, and succeeds at the third try',
    cleanUps: [{ deliver: true }],
    postponedDeliveries: 2,
    failedDeliveries: 2,
    endedAtMs: 20 * MINUTE_MS,
    runForMs: HOUR_MS,
  },
  {
    name: 'webhook-undelivered',
    about: 'terminated; the webhook never takes the delivery',
    cleanUps: [{ deliver: true }],
    failedDeliveries: Number.POSITIVE_INFINITY,
    endedAtMs: 20 * MINUTE_MS,
    runForMs: 48 * HOUR_MS,
  },
  {
    name: 'not-found-unclear-webhook',
    about: 'ended by 404s that do not speak of the call, 503 in between; the webhook is told at the third try',
    keepAlives: [
      { kind: 'alive' },
      { kind: 'unclear' },
      ...Array.from({ length: 45 }, () => busy),
      ...Array.from({ length: 12 }, () => ({ kind: 'unclear' }) as const),
    ],
    cleanUps: [{ deliver: true }],
    failedDeliveries: 2,
    runForMs: 2 * HOUR_MS,
  },
  {
    name: 'expired-webhook',
    about: 'refused for a day and given up; the webhook is told at the third try',
    keepAlives: Array.from({ length: 1_000 }, () => busy),
    cleanUps: [{ deliver: true }],
    failedDeliveries: 2,
    runForMs: 26 * HOUR_MS,
  },
  {
    name: 'retry-after-long',
    about: 'told to wait for 74 s, 9 and 40 minutes, and for an hour within the last five minutes; then terminated',
    keepAlives: [
      waitFor(74_000),
      waitFor(9 * MINUTE_MS),
      { kind: 'alive' },
      waitFor(40 * MINUTE_MS),
      { kind: 'alive' },
      ...Array.from({ length: 20 }, () => waitFor(HOUR_MS)),
    ],
    endedAtMs: 3 * HOUR_MS,
    runForMs: 4 * HOUR_MS,
  },
  {
    name: 'unauthorized',
    about: '401 for twelve minutes, then until after the deadline; slow answers; then terminated',
    keepAlives: [
      ...Array.from({ length: 10 }, () => unauthorized),
      { kind: 'alive' },
      ...Array.from({ length: 60 }, () => unauthorized),
    ],
    keepAliveTakesMs: 14_000,
    endedAtMs: 3 * HOUR_MS,
    runForMs: 4 * HOUR_MS,
  },
  {
    name: 'last-stretch',
    about:
      'told to wait into the last twelve minutes, saved by a success outside the loop, ended by strange 404s after it',
    keepAlives: [
      waitFor(HOUR_MS),
      ...Array.from({ length: 8 }, () => unauthorized),
      { ...busy, lastSuccessAtMs: START_MS + 35 * MINUTE_MS },
      { kind: 'denied', code: '7504', reason: 'Insufficient enterprise tenant permissions' },
      ...Array.from({ length: 60 }, () => ({ kind: 'unclear' }) as const),
    ],
    keepAliveTakesMs: 7_000,
    runForMs: 4 * HOUR_MS,
  },
];
