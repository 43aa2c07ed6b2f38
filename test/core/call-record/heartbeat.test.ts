import { describe, expect, test } from 'vitest';
import {
  failuresInARow,
  type HeartbeatSender,
  keepAlivesOf,
  toHeartbeat,
} from '../../../src/core/call-record/heartbeat.ts';
import type { KeepAliveOutcome } from '../../../src/core/keepalive/keep-alive-outcome.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12);
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const attempt = { sentAtMs: NOW, durationMs: 20, clientRequestId: 'c', tenantId: 't' };
const alive: KeepAliveOutcome = { ...attempt, kind: 'alive' };
const refused: KeepAliveOutcome = { ...attempt, kind: 'retry', reason: 'http 503' };
const loop: HeartbeatSender = { by: 'orchestration', attempt: 9, failed: 3, failures: 2 };

describe('a success of the orchestration', () => {
  test('writes its instant, how many there were, and that the next one is missed in twenty minutes', () => {
    expect(toHeartbeat(alive, loop, limits)).toEqual({
      lastKeepAliveAtMs: NOW,
      keepAlives: 6,
      nextLookAtMs: NOW + 20 * MINUTE,
    });
  });

  test('shares no member with a failure, so that neither undoes the other', () => {
    const success = Object.keys(toHeartbeat(alive, loop, limits) ?? {});
    const failure = Object.keys(toHeartbeat(refused, loop, limits) ?? {});
    expect(failure.filter((name) => success.includes(name))).toEqual([]);
  });
});

test.each<[KeepAliveOutcome, string]>([
  [refused, 'http 503'],
  [{ ...attempt, kind: 'denied', code: '7504', reason: 'insufficient' }, 'denied: 7504'],
  [{ ...attempt, kind: 'unclear' }, 'unclear: 404 without "call not found"'],
])('a failure writes its instant, its reason and how many there were in a row (%#)', (outcome, reason) => {
  expect(toHeartbeat(outcome, loop, limits)).toEqual({
    lastFailureAtMs: NOW,
    lastFailureReason: reason,
    failures: 3,
  });
});

test('of a long reason the row keeps the beginning', () => {
  const wordy: KeepAliveOutcome = { ...refused, reason: 'x'.repeat(300) };
  expect(toHeartbeat(wordy, loop, limits)).toMatchObject({ lastFailureReason: 'x'.repeat(256) });
});

test('a call that Graph knows no more gets no heartbeat: its end is written', () => {
  expect(toHeartbeat({ ...attempt, kind: 'gone' }, loop, limits)).toBeUndefined();
});

describe('outside the orchestration', () => {
  const record = newRecord({
    phase: 'active',
    keepAlives: 4,
    otherKeepAlives: 1,
    lastKeepAliveAtMs: NOW - 16 * MINUTE,
    lastFailureAtMs: NOW - MINUTE,
    lastFailureReason: 'http 503',
    failures: 2,
  });

  test('a success is counted beside those of the orchestration', () => {
    const heartbeat = toHeartbeat(alive, { by: 'operator', record }, limits);
    expect(heartbeat).toEqual({ lastKeepAliveAtMs: NOW, otherKeepAlives: 2, nextLookAtMs: NOW + 20 * MINUTE });
    expect(keepAlivesOf({ ...record, ...heartbeat })).toBe(6);
    expect(failuresInARow({ ...record, ...heartbeat })).toBe(0);
  });

  test('a rescue says that it was one', () => {
    expect(toHeartbeat(alive, { by: 'reconcileCalls', record }, limits)).toMatchObject({ lastRescueAtMs: NOW });
  });

  test('a failure is one more in the row', () => {
    expect(toHeartbeat(refused, { by: 'operator', record }, limits)).toMatchObject({ failures: 3 });
    const quiet = { ...record, lastKeepAliveAtMs: NOW };
    expect(toHeartbeat(refused, { by: 'operator', record: quiet }, limits)).toMatchObject({ failures: 1 });
  });
});

test('failures before the last success do not count, whoever had it', () => {
  const failed = newRecord({ lastFailureAtMs: NOW, failures: 7 });
  expect(failuresInARow(failed)).toBe(7);
  expect(failuresInARow({ ...failed, lastKeepAliveAtMs: NOW - 1 })).toBe(7);
  expect(failuresInARow({ ...failed, lastKeepAliveAtMs: NOW })).toBe(0);
  expect(failuresInARow({ ...failed, lastKeepAliveAtMs: NOW + 1 })).toBe(0);
  expect(failuresInARow({ ...failed, lastRescueAtMs: NOW + 1 })).toBe(0);
  expect(failuresInARow(newRecord())).toBe(0);
});
