import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import type { KeepAliveOutcome } from '../../../src/core/keepalive/keep-alive-outcome.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { advance, end, nextStep, toPhase } from '../../../src/core/keepalive/keepalive-machine.ts';
import { deadlineMs, type KeepaliveState, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { toKeepaliveStatus } from '../../../src/core/keepalive/keepalive-status.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 0, 5, 9);
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24');
if (callId === undefined) throw new Error('the sample id is no GUID');

const fresh = startKeepalive({ callId, graphCallId: callId, tenantId: 'home', firstSeenAtMs: T0, limits });
const attempt = { durationMs: 80, clientRequestId: 'c', tenantId: 'home' };
const alive = (sentAtMs: number): KeepAliveOutcome => ({ kind: 'alive', sentAtMs, ...attempt });
const retry = (sentAtMs: number, afterMs?: number): KeepAliveOutcome => ({
  kind: 'retry',
  reason: 'HTTP 503',
  sentAtMs,
  ...(afterMs === undefined ? {} : { afterMs }),
  ...attempt,
});
const denied = (sentAtMs: number): KeepAliveOutcome => ({
  kind: 'denied',
  code: '7504',
  reason: 'HTTP 403',
  sentAtMs,
  ...attempt,
});
const unclear = (sentAtMs: number): KeepAliveOutcome => ({ kind: 'unclear', sentAtMs, ...attempt });
const gone = (sentAtMs: number): KeepAliveOutcome => ({ kind: 'gone', sentAtMs, ...attempt });

/** Drives the machine alone: each try takes no time and is sent exactly when it is due. */
function drive(
  start: KeepaliveState,
  fromMs: number,
  untilMs: number,
  answer: (atMs: number) => KeepAliveOutcome,
): { readonly state: KeepaliveState; readonly tries: readonly number[]; readonly atMs: number } {
  let state = start;
  let atMs = fromMs;
  const tries: number[] = [];
  for (;;) {
    const step = nextStep(state, atMs);
    if (step.kind === 'end') return { state: end(state, step.ended), tries, atMs };
    if (step.kind === 'wait') atMs = step.untilMs;
    if (atMs > untilMs) return { state, tries, atMs: untilMs };
    tries.push(atMs);
    state = advance(state, answer(atMs), atMs);
  }
}

describe('the schedule of a healthy call', () => {
  test('the first keepAlive is due one interval after the call was first seen', () => {
    expect(nextStep(fresh, T0)).toEqual({ kind: 'wait', untilMs: T0 + 15 * MINUTE });
  });

  test('a call that waited 31 minutes before it was established is kept alive at once', () => {
    expect(nextStep(fresh, T0 + 31 * MINUTE)).toEqual({ kind: 'keepAlive' });
  });

  test('a call registered without its start is kept alive at once', () => {
    const registered = startKeepalive({ ...fresh, firstKeepAliveAtMs: T0 });
    expect(nextStep(registered, T0)).toEqual({ kind: 'keepAlive' });
  });

  test('a day brings 96 keepAlives, 15 minutes apart', () => {
    const { tries, state } = drive(fresh, T0, T0 + 24 * 60 * MINUTE, alive);
    expect(tries).toHaveLength(96);
    expect(tries.map((atMs, index) => atMs - (tries[index - 1] ?? T0))).toEqual(Array(96).fill(15 * MINUTE));
    expect(state).toMatchObject({ keepAlives: 96, consecutiveFailures: 0 });
  });

  test('the next one is due an interval after the last was sent, however long the engine took to hand the result over', () => {
    const due = T0 + 15 * MINUTE;
    const state = advance(fresh, alive(due + 2_000), due + 60_000);
    expect(state.nextKeepAliveAtMs).toBe(due + 2_000 + 15 * MINUTE);
  });

  test('a machine whose clock runs ahead or behind cannot move the schedule', () => {
    const due = T0 + 15 * MINUTE;
    expect(advance(fresh, alive(due + 20 * MINUTE), due + 1_000).lastKeepAliveAtMs).toBe(due + 1_000);
    expect(advance(fresh, alive(due - 20 * MINUTE), due + 1_000).lastKeepAliveAtMs).toBe(due);
  });
});

describe('recovery from failures', () => {
  test('the deadline is 45 minutes after the last success, or after the call was first seen', () => {
    expect(deadlineMs(fresh)).toBe(T0 + 45 * MINUTE);
    expect(deadlineMs(advance(fresh, alive(T0 + 15 * MINUTE), T0 + 15 * MINUTE))).toBe(T0 + 60 * MINUTE);
  });

  test('back-off doubles from about 5 seconds to about half a minute', () => {
    const { tries } = drive(fresh, T0, T0 + 30 * MINUTE, (atMs) => retry(atMs));
    const gaps = tries.slice(1).map((atMs, index) => (atMs - (tries[index] ?? 0)) / 1_000);
    const nominal = [5, 10, 20, 30, 30, 30, 30];
    for (const [index, seconds] of nominal.entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(seconds * 0.8);
      expect(gaps[index]).toBeLessThanOrEqual(seconds * 1.2);
    }
    expect(new Set(gaps).size).toBeGreaterThan(nominal.length - 1);
  });

  test('Retry-After is waited out, rounded up and a second more', () => {
    const due = T0 + 15 * MINUTE;
    expect(advance(fresh, retry(due, 30_000), due).nextKeepAliveAtMs).toBe(due + 31_000);
    expect(advance(fresh, retry(due, 500), due).nextKeepAliveAtMs).toBe(due + 3_000);
  });

  test('no Retry-After and no denial pushes the next try past twelve minutes before the deadline', () => {
    const at = T0 + 25 * MINUTE;
    expect(advance(fresh, retry(at, 60 * MINUTE), at).nextKeepAliveAtMs).toBe(T0 + 33 * MINUTE);
    expect(advance(fresh, denied(at), at).nextKeepAliveAtMs).toBe(T0 + 33 * MINUTE);
    expect(advance(fresh, unclear(at + 7 * MINUTE), at + 7 * MINUTE).nextKeepAliveAtMs).toBe(T0 + 33 * MINUTE);
  });

  test('in those a try is due half a minute after the last was sent, whatever it brought, and sooner near the deadline', () => {
    const at = T0 + 41 * MINUTE;
    for (const outcome of [retry(at, 60 * MINUTE), denied(at), unclear(at)]) {
      expect(advance(fresh, { ...outcome, durationMs: 9_000 }, at).nextKeepAliveAtMs).toBe(at + 21_000);
      expect(advance(fresh, { ...outcome, durationMs: 29_000 }, at).nextKeepAliveAtMs).toBe(at + 3_000);
    }
    const near = deadlineMs(fresh) - 20_000;
    expect(advance(fresh, retry(near, 60 * MINUTE), near).nextKeepAliveAtMs).toBe(near + 10_000);
    const late = deadlineMs(fresh) - 2_000;
    expect(advance(fresh, retry(late, 60 * MINUTE), late).nextKeepAliveAtMs).toBe(late + 3_000);
  });

  test('past the deadline a try goes out every 5 minutes, and after 24 hours without a success the call is given up', () => {
    const { state, tries, atMs } = drive(fresh, T0, T0 + 48 * 60 * MINUTE, (ms) => retry(ms));
    const overdue = tries.filter((ms) => ms >= deadlineMs(fresh) + 5 * MINUTE);
    expect(overdue.slice(1).every((ms, index) => ms - (overdue[index] ?? 0) === 5 * MINUTE)).toBe(true);
    expect(state.ended).toEqual({ reason: 'expired' });
    expect(atMs).toBeGreaterThanOrEqual(T0 + 24 * 60 * MINUTE);
    expect(atMs).toBeLessThan(T0 + 24 * 60 * MINUTE + 6 * MINUTE);
  });

  test('a success after trouble resets everything', () => {
    const due = T0 + 15 * MINUTE;
    const failing = advance(fresh, retry(due), due);
    expect(toPhase(failing, due)).toBe('retrying');
    const recovered = advance(failing, alive(due + 5_000), due + 5_000);
    expect(recovered).toMatchObject({ keepAlives: 1, attempts: 2, consecutiveFailures: 0 });
    expect(toPhase(recovered, due + 5_000)).toBe('waiting');
    expect(recovered.failingSinceMs).toBeUndefined();
  });

  test('a call is overdue from its deadline on, and ended once it has ended', () => {
    expect(toPhase(fresh, deadlineMs(fresh) - 1)).toBe('waiting');
    expect(toPhase(fresh, deadlineMs(fresh))).toBe('overdue');
    expect(toPhase(end(fresh, { reason: 'stopped' }), deadlineMs(fresh))).toBe('ended');
  });
});

describe('what a try leaves in the state', () => {
  const due = T0 + 15 * MINUTE;

  test('is the tenant with which it succeeded; one that tells of none leaves the tenant known', () => {
    expect(advance(fresh, { ...alive(due), tenantId: 'other' }, due)).toMatchObject({ tenantId: 'other' });
    expect(advance(fresh, { kind: 'alive', sentAtMs: due, durationMs: 80 }, due).tenantId).toBe('home');
    expect(advance(fresh, { ...denied(due), tenantId: 'other' }, due).tenantId).toBe('home');
  });

  test('is when it was sent, but not later than now, and by which id Graph knows it', () => {
    const recentOf = (outcome: KeepAliveOutcome) => advance(fresh, outcome, due + 1_000).recent;
    expect(recentOf(retry(due))).toStrictEqual([{ atMs: due, result: 'HTTP 503', ms: 80 }]);
    expect(recentOf({ ...gone(due + MINUTE), requestId: 'r' })).toStrictEqual([
      { atMs: due + 1_000, result: 'gone', ms: 80, requestId: 'r' },
    ]);
  });

  test('is the beginning of the series that fails, which goes on until a try comes more than ten minutes late', () => {
    const failing = advance(fresh, retry(due), due);
    const punctual = failing.nextKeepAliveAtMs + 10 * MINUTE;
    expect(failing.failingSinceMs).toBe(due);
    expect(advance(failing, retry(punctual), punctual).failingSinceMs).toBe(due);
    expect(advance(failing, retry(punctual + 1), punctual + 1).failingSinceMs).toBe(punctual + 1);
  });
});

describe('the end of a call', () => {
  const due = T0 + 15 * MINUTE;

  test('Graph says that it knows the call no more', () => {
    expect(advance(fresh, gone(due), due).ended).toEqual({ reason: 'notFound' });
  });

  test('no number of 404s that do not say so ends it before its deadline; one after that does, and is flagged', () => {
    const { state, tries } = drive(fresh, T0, deadlineMs(fresh) - 1, unclear);
    expect(state.ended).toBeUndefined();
    expect(tries.length).toBeGreaterThan(20);
    const confirmed = advance(state, unclear(deadlineMs(fresh)), deadlineMs(fresh));
    expect(confirmed).toMatchObject({ ended: { reason: 'notFound' }, misconfigurationSuspected: true });
  });

  test('one such 404 past the deadline ends nothing; a second one twenty minutes later does', () => {
    const at = deadlineMs(fresh) + MINUTE;
    const doubtful = advance(advance(fresh, retry(due), due), unclear(at), at);
    expect(doubtful.ended).toBeUndefined();
    expect(advance(doubtful, unclear(at + 19 * MINUTE), at + 19 * MINUTE).ended).toBeUndefined();
    expect(advance(doubtful, unclear(at + 20 * MINUTE), at + 20 * MINUTE).ended).toEqual({ reason: 'notFound' });
  });

  test('limits may ask for such 404s until some time after the deadline', () => {
    const patient = { ...fresh, limits: { ...limits, confirmGoneAfterDeadlineMs: 5 * MINUTE } };
    const doubtful = advance(patient, unclear(due), due);
    const at = deadlineMs(patient) + 5 * MINUTE;
    expect(advance(doubtful, unclear(at - 1), at - 1).ended).toBeUndefined();
    expect(advance(doubtful, unclear(at), at).ended).toEqual({ reason: 'notFound' });
  });

  test('such a 404 is asked about again two minutes later', () => {
    expect(advance(fresh, unclear(due), due).nextKeepAliveAtMs).toBe(due + 2 * MINUTE + 3_000);
  });

  test('a success between two such 404s starts the count anew', () => {
    const doubtful = advance(fresh, unclear(due), due);
    const alright = advance(doubtful, alive(due + MINUTE), due + MINUTE);
    const at = deadlineMs(alright) + MINUTE;
    expect(advance(doubtful, unclear(at), at).ended).toEqual({ reason: 'notFound' });
    expect(advance(alright, unclear(at), at).ended).toBeUndefined();
  });

  test('the first reason stays', () => {
    const stopped = end(fresh, { reason: 'stopped' });
    expect(end(stopped, { reason: 'terminated' }).ended).toEqual({ reason: 'stopped' });
    expect(nextStep(stopped, T0)).toEqual({ kind: 'end', ended: { reason: 'stopped' } });
  });

  test('a fuse on the age of a call ends it, when one is set', () => {
    const fused = { ...fresh, limits: { ...limits, maximumCallMs: 60 * MINUTE } };
    const { state, tries } = drive(fused, T0, T0 + 5 * 60 * MINUTE, alive);
    expect(state.ended).toEqual({ reason: 'expired' });
    expect(tries).toHaveLength(4);
  });
});

describe('a call that an older release started goes on by its decisions:', () => {
  const { longestPauseMs, expireAfterTryingMs, confirmGoneAfterDeadlineMs, ...others } = limits;
  const older: KeepaliveState = { ...fresh, limits: { ...others, lastStretchMs: 5 * MINUTE } };
  const due = T0 + 15 * MINUTE;

  test('no Retry-After and no denial pushes the next try past five minutes before the deadline', () => {
    const at = T0 + 35 * MINUTE;
    expect(advance(older, retry(at, 60 * MINUTE), at).nextKeepAliveAtMs).toBe(T0 + 40 * MINUTE);
    expect(advance(older, denied(at), at).nextKeepAliveAtMs).toBe(T0 + 40 * MINUTE);
  });

  test('inside the last five minutes each try halves what is left, down to 3 seconds', () => {
    const at = T0 + 41 * MINUTE;
    expect(advance(older, retry(at, 60 * MINUTE), at).nextKeepAliveAtMs).toBe(at + 2 * MINUTE);
  });

  test('a second 404 that does not speak of the call ends it twenty minutes after the first', () => {
    const doubtful = advance(older, unclear(due), due);
    expect(advance(doubtful, unclear(due + 19 * MINUTE), due + 19 * MINUTE).ended).toBeUndefined();
    expect(advance(doubtful, unclear(due + 20 * MINUTE), due + 20 * MINUTE).ended).toEqual({ reason: 'notFound' });
  });

  test('successes outside the loop are none of its business, and it expires by its age alone', () => {
    const at = T0 + 30 * 60 * MINUTE;
    const resumed = advance(older, { ...retry(at), lastSuccessAtMs: at - MINUTE }, at);
    expect(deadlineMs(resumed)).toBe(deadlineMs(older));
    expect(nextStep(resumed, at)).toEqual({ kind: 'end', ended: { reason: 'expired' } });
  });
});

describe('whatever Graph answers', () => {
  const outcome = fc.oneof(
    fc.constant(alive),
    fc.constant((atMs: number) => retry(atMs)),
    fc.integer({ min: 0, max: 90 * MINUTE }).map((afterMs) => (atMs: number) => retry(atMs, afterMs)),
    fc.constant(denied),
    fc.constant(unclear),
  );

  test('a next try always lies ahead, by at least 3 seconds, and one always falls into the last twelve minutes', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 60 }), (answers) => {
        let state = fresh;
        let nowMs = T0;
        for (const answer of answers) {
          const step = nextStep(state, nowMs);
          if (step.kind === 'end') return;
          if (step.kind === 'wait') nowMs = step.untilMs;
          const before = deadlineMs(state);
          state = advance(state, answer(nowMs), nowMs);
          if (state.ended !== undefined) return;
          expect(state.nextKeepAliveAtMs).toBeGreaterThanOrEqual(nowMs + 3_000);
          if (nowMs < before - 12 * MINUTE) {
            expect(state.nextKeepAliveAtMs).toBeLessThanOrEqual(Math.max(before - 12 * MINUTE, nowMs + 15 * MINUTE));
            expect(state.nextKeepAliveAtMs).toBeLessThan(deadlineMs(state));
          }
        }
      }),
    );
  });

  test('the state survives JSON, and the status stays far below 16 kB', () => {
    const busy = drive(fresh, T0, T0 + 12 * 60 * MINUTE, (ms) => (ms % 3 === 0 ? alive(ms) : retry(ms))).state;
    expect(JSON.parse(JSON.stringify(busy))).toEqual(busy);
    expect(JSON.stringify(toKeepaliveStatus(busy, T0)).length).toBeLessThan(4_000);
    expect(busy.recent).toHaveLength(12);
  });
});

describe('a time scale', () => {
  test('divides every duration alike, the 45 minutes too', () => {
    const scaled = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 180, maximumCallHours: 2 });
    const plain = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1, maximumCallHours: 2 });
    expect(scaled.maximumGapMs).toBe(15_000);
    for (const [name, ms] of Object.entries(plain)) {
      expect(Object.entries(scaled)).toContainEqual([name, Math.round(ms / 180)]);
    }
  });
});
