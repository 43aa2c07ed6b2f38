import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import type { RememberedOutcome } from '../../../src/core/keepalive/keep-alive-outcome.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { advance, nextStep, toPhase } from '../../../src/core/keepalive/keepalive-machine.ts';
import { deadlineMs, type KeepaliveState, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2026, 0, 5, 9);
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24');
if (callId === undefined) throw new Error('the sample id is no GUID');
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const fresh = startKeepalive({ callId, graphCallId: callId, firstSeenAtMs: T0, limits });
const common = { durationMs: 80, code: 'x', reason: 'http 503' };
const failed = (sentAtMs: number, lastSuccessAtMs?: number): RememberedOutcome => ({
  kind: 'retry',
  sentAtMs,
  ...common,
  ...(lastSuccessAtMs === undefined ? {} : { lastSuccessAtMs }),
});

describe('a success that somebody else obtained', () => {
  const at = T0 + 30 * HOUR;

  test('moves the deadline as if it were the loop’s own, so that a failed try after it is no emergency', () => {
    const state = advance(fresh, failed(at, at - 5 * MINUTE), at);
    expect(deadlineMs(state)).toBe(at + 40 * MINUTE);
    expect(toPhase(state, at)).toBe('retrying');
    expect(state.nextKeepAliveAtMs).toBeLessThan(at + MINUTE);
  });

  test('leaves the margin of a later success true', () => {
    const state = advance(fresh, { kind: 'alive', sentAtMs: at, durationMs: 80, lastSuccessAtMs: at - 5 * MINUTE }, at);
    expect(state).toMatchObject({ worstMarginMs: 40 * MINUTE, lastKeepAliveAtMs: at });
  });

  test('takes back the doubt of a strange 404 before it', () => {
    const doubtful = advance(
      fresh,
      { ...failed(T0 + 15 * MINUTE), kind: 'unclear' } as RememberedOutcome,
      T0 + 15 * MINUTE,
    );
    const known = advance(doubtful, failed(T0 + 35 * MINUTE, T0 + 30 * MINUTE), T0 + 35 * MINUTE);
    expect(doubtful.firstUnclearAtMs).toBeDefined();
    expect(known.firstUnclearAtMs).toBeUndefined();
    const sameAgain = advance(doubtful, failed(T0 + 35 * MINUTE, T0), T0 + 35 * MINUTE);
    expect(sameAgain.firstUnclearAtMs).toBe(doubtful.firstUnclearAtMs);
  });

  test.each([
    ['older than the loop’s own', T0 - MINUTE],
    ['no number', Number.NaN],
  ])('that is %s changes nothing', (_, lastSuccessAtMs) => {
    expect(deadlineMs(advance(fresh, failed(T0 + 15 * MINUTE, lastSuccessAtMs), T0 + 15 * MINUTE))).toBe(
      deadlineMs(fresh),
    );
  });

  test('by a clock that runs ahead counts as now', () => {
    expect(advance(fresh, failed(at, at + HOUR), at).lastKeepAliveAtMs).toBe(at);
  });
});

describe('a call is given up after a day without a success', () => {
  /** A try whenever one is due, all of them failing, until the end or the hour given. */
  function failFrom(start: KeepaliveState, fromMs: number, untilMs: number) {
    let state = start;
    let nowMs = fromMs;
    while (nowMs < untilMs) {
      const step = nextStep(state, nowMs);
      if (step.kind === 'end') return { state, nowMs, ended: step.ended };
      if (step.kind === 'wait') nowMs = step.untilMs;
      state = advance(state, failed(nowMs), nowMs);
    }
    return { state, nowMs, ended: undefined };
  }

  test.each([
    ['that never failed before it slept', fresh],
    ['that failed before it slept', failFrom(fresh, T0, T0 + 20 * MINUTE).state],
  ])('but never at the first failure after a sleep, one %s: it tries for an hour before', (_, before) => {
    const awakeMs = T0 + 30 * HOUR;
    expect(nextStep(before, awakeMs)).toEqual({ kind: 'keepAlive' });
    const after = advance(before, failed(awakeMs), awakeMs);
    expect(nextStep(after, awakeMs)).toMatchObject({ kind: 'wait' });
    const { ended, nowMs, state } = failFrom(after, awakeMs, awakeMs + 3 * HOUR);
    expect(ended).toEqual({ reason: 'expired' });
    expect(nowMs - awakeMs).toBeGreaterThanOrEqual(HOUR);
    expect(state.attempts - before.attempts).toBeGreaterThan(10);
  });

  test('and at once when it tried all day', () => {
    const { ended, nowMs } = failFrom(fresh, T0, T0 + 48 * HOUR);
    expect(ended).toEqual({ reason: 'expired' });
    expect(nowMs - T0).toBeLessThan(24 * HOUR + 6 * MINUTE);
  });
});
