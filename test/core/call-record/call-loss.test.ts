import { expect, test } from 'vitest';
import { toCallLoss } from '../../../src/core/call-record/call-loss.ts';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12);
const limits = { maximumGapMs: 45 * MINUTE };
const missed = { code: 408, subcode: 8537 };

function ended(changes: Partial<CallRecord>): CallRecord {
  return newRecord({
    phase: 'ended',
    firstSeenAtMs: NOW - 120 * MINUTE,
    establishedAtMs: NOW - 119 * MINUTE,
    lastKeepAliveAtMs: NOW - 50 * MINUTE,
    lastFailureAtMs: NOW - MINUTE,
    lastFailureReason: 'http 503',
    endedAtMs: NOW,
    endReason: 'notFound',
    ...changes,
  });
}

test('a call whose 404 came after its deadline is lost at the deadline, with the reason of the last failure', () => {
  expect(toCallLoss(ended({}), limits)).toEqual({
    atMs: NOW - 5 * MINUTE,
    lastProofMs: NOW - 50 * MINUTE,
    lastFailureReason: 'http 503',
  });
});

test.each<[string, Partial<CallRecord>]>([
  ['that Graph ended for want of a keepAlive', { endReason: 'terminated', resultInfo: missed }],
  ['the same, early by our count', { endReason: 'terminated', resultInfo: missed, lastKeepAliveAtMs: NOW - MINUTE }],
  ['that was given up without a success', { endReason: 'expired' }],
])('a call %s is lost', (_, changes) => {
  expect(toCallLoss(ended(changes), limits)).toBeDefined();
});

test('a call that never had a success is lost 45 minutes after it was first seen', () => {
  const { lastKeepAliveAtMs: _, ...silent } = ended({});
  expect(toCallLoss(silent, limits)).toMatchObject({ atMs: NOW - 75 * MINUTE });
});

test.each<[string, Partial<CallRecord>]>([
  ['that hung up', { endReason: 'terminated', resultInfo: { code: 200, subcode: 0 } }],
  ['whose 404 came before its deadline', { lastKeepAliveAtMs: NOW - 44 * MINUTE }],
  ['that a rescue kept alive', { lastRescueAtMs: NOW - 44 * MINUTE }],
  ['that an operator stopped', { endReason: 'stopped' }],
  ['given up for its age, kept alive to the last', { endReason: 'expired', lastKeepAliveAtMs: NOW - MINUTE }],
  ['that is open', { phase: 'active' }],
])('a call %s is not lost', (_, changes) => {
  expect(toCallLoss(ended(changes), limits)).toBeUndefined();
});

test.each(['notFound', 'expired'] as const)('a call that was never established is not lost by %s', (endReason) => {
  const { establishedAtMs: _, lastKeepAliveAtMs: __, ...seen } = ended({ endReason });
  expect(toCallLoss(seen, limits)).toBeUndefined();
});

test('a failure before the last success is not why it was lost', () => {
  const loss = toCallLoss(ended({ lastFailureAtMs: NOW - 51 * MINUTE }), limits);
  expect(loss).toEqual({ atMs: NOW - 5 * MINUTE, lastProofMs: NOW - 50 * MINUTE });
});
