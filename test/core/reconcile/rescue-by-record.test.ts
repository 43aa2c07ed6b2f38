import { expect, test } from 'vitest';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { needsRescueByRecord } from '../../../src/core/reconcile/rescue-by-record.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12);
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const ago = (minutes: number) => NOW - minutes * MINUTE;
const active = { phase: 'active', firstSeenAtMs: ago(300), establishedAtMs: ago(299) } as const;
const strange = { lastFailureReason: 'unclear: 404 without "call not found"', failures: 1 };

test.each<[string, Partial<CallRecord>]>([
  ['whose success was due five minutes ago', { ...active, lastKeepAliveAtMs: ago(20) }],
  ['past its deadline', { ...active, lastKeepAliveAtMs: ago(50) }],
  ['that is being started, 41 minutes old', { phase: 'starting', firstSeenAtMs: ago(41), establishedAtMs: ago(1) }],
  ['seen ten minutes ago and not established', { phase: 'observed', firstSeenAtMs: ago(10) }],
  ['that failed a minute ago', { ...active, lastKeepAliveAtMs: ago(30), lastFailureAtMs: ago(1), failures: 1 }],
  [
    'with a strange 404 15 minutes ago',
    { ...active, lastKeepAliveAtMs: ago(30), ...strange, lastFailureAtMs: ago(15) },
  ],
])('while the engine is silent, a call %s is asked for', (_, changes) => {
  expect(needsRescueByRecord(newRecord(changes), NOW, limits)).toBe(true);
});

test.each<[string, Partial<CallRecord>]>([
  ['with a success 19 minutes ago', { ...active, lastKeepAliveAtMs: ago(19) }],
  ['that was just established, 35 minutes old', { phase: 'starting', firstSeenAtMs: ago(35), establishedAtMs: ago(1) }],
  ['seen nine minutes ago', { phase: 'observed', firstSeenAtMs: ago(9) }],
  ['seen long ago and kept alive since', { phase: 'observed', firstSeenAtMs: ago(60), lastKeepAliveAtMs: ago(5) }],
  ['with a strange 404 since', { ...active, lastKeepAliveAtMs: ago(30), ...strange, lastFailureAtMs: ago(14) }],
  ['that has ended', { ...active, phase: 'ended', endedAtMs: ago(30), lastKeepAliveAtMs: ago(40) }],
  ['without a success for a day', { ...active, firstSeenAtMs: ago(3_000), lastKeepAliveAtMs: ago(1_440) }],
])('while the engine is silent, a call %s is left alone', (_, changes) => {
  expect(needsRescueByRecord(newRecord(changes), NOW, limits)).toBe(false);
});

test('a strange 404 before the last success holds up nothing', () => {
  const often = toKeepaliveLimits({ intervalMs: 5 * MINUTE, timeScale: 1 });
  const record = newRecord({ ...active, ...strange, lastFailureAtMs: ago(14), lastKeepAliveAtMs: ago(12) });
  expect(needsRescueByRecord(record, NOW, often)).toBe(true);
});
