import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import type { InstanceFacts } from '../../../src/core/reconcile/instance-facts.ts';
import { reconcileCall } from '../../../src/core/reconcile/reconcile-call.ts';
import { newRecord } from '../../contract/call-store-contract.ts';
import { instance, NOW } from './running-instance.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const established = { firstSeenAtMs: NOW - 2 * HOUR, establishedAtMs: NOW - 2 * HOUR } as const;
const ended = (agoMs: number, changes: Partial<CallRecord> = {}) =>
  newRecord({ ...established, phase: 'ended', endReason: 'stopped', endedAtMs: NOW - agoMs, ...changes });
const actionOn = (record: CallRecord, of?: InstanceFacts) => reconcileCall({ record, instance: of }, NOW, limits);

describe('a start', () => {
  const startedAgo = (agoMs: number) => ({ phase: 'starting', establishedAtMs: NOW - agoMs }) as const;

  test('may be under way for a minute; then it is repeated', () => {
    expect(actionOn(newRecord(startedAgo(MINUTE - 1))).kind).toBe('nothing');
    expect(actionOn(newRecord(startedAgo(MINUTE))).kind).toBe('start');
  });

  test('that is done is not waited for: an instance that is missing is started at once', () => {
    expect(actionOn(newRecord({ ...startedAgo(MINUTE - 1), phase: 'active' })).kind).toBe('start');
  });

  test.each([
    [1_000, 'start'],
    [999, 'close'],
    [-999, 'close'],
  ])('comes after an instance that took its last step %i ms before: %s', (beforeMs, kind) => {
    const record = newRecord(startedAgo(2 * MINUTE));
    const completed = instance({ life: 'completed', lastUpdatedAtMs: NOW - 2 * MINUTE - beforeMs });
    expect(actionOn(record, completed).kind).toBe(kind);
  });
});

describe('an ended call', () => {
  test('without an instance is closed a minute after its end: before that, its clean-up may be under way', () => {
    expect(actionOn(ended(MINUTE - 1)).kind).toBe('nothing');
    expect(actionOn(ended(MINUTE))).toEqual({
      kind: 'close',
      ended: { reason: 'stopped' },
      sums: { keepAlives: 0 },
    });
    expect(actionOn(ended(MINUTE, { cleanedUpAtMs: NOW - MINUTE })).kind).toBe('nothing');
  });

  test('whose instance failed is closed at once, with what that had counted', () => {
    const failed = instance({ life: 'failed' });
    expect(actionOn(ended(SECOND), failed)).toMatchObject({ kind: 'close', sums: { keepAlives: 8 } });
  });

  test('is told to its instance again a minute after its end, once for each end', () => {
    expect(actionOn(ended(MINUTE), instance({})).kind).toBe('repeatEnd');
    const repeated = ended(5 * MINUTE, { endRepeatedAtMs: NOW - 5 * MINUTE });
    expect(actionOn(repeated, instance({})).kind).toBe('terminate');
  });

  test('whose instance takes no step any more ends as its record says, else as the instance knows, else as given up', () => {
    const stuck = instance({ isEnding: true, lastUpdatedAtMs: NOW - 25 * HOUR });
    const notFound = instance({ ...stuck, ended: { reason: 'notFound' } });
    const active = newRecord({ ...established, phase: 'active' });
    expect(actionOn(ended(HOUR), notFound)).toEqual({ kind: 'terminate', ended: { reason: 'stopped' } });
    expect(actionOn(active, notFound)).toEqual({ kind: 'terminate', ended: { reason: 'notFound' } });
    expect(actionOn(active, stuck)).toEqual({ kind: 'terminate', ended: { reason: 'expired' } });
  });
});

test.each([
  [10 * MINUTE - 1, 'nothing'],
  [10 * MINUTE, 'rescue'],
])('a call whose instance failed too often, with a success %i ms ago: %s', (agoMs, kind) => {
  const record = newRecord({ ...established, phase: 'active', restarts: 3, lastKeepAliveAtMs: NOW - agoMs });
  expect(actionOn(record, instance({ life: 'failed' })).kind).toBe(kind);
});

test.each([
  ['pending', 'pending'],
  ['running', 'overdue'],
  ['suspended', 'suspended'],
] as const)('a rescue says why: its instance is %s', (life, stuck) => {
  const record = newRecord({ ...established, phase: 'active', lastKeepAliveAtMs: NOW - 25 * MINUTE });
  const late = instance({ life, nextKeepAliveAtMs: NOW - 10 * MINUTE });
  expect(actionOn(record, late)).toEqual({ kind: 'rescue', stuck });
});
