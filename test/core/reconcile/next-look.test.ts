import { expect, test } from 'vitest';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { isFinished, nextLookAtMs } from '../../../src/core/reconcile/next-look.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const MINUTE = 60_000;
const SEEN = Date.UTC(2026, 0, 5, 12);
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });

/** Minutes after the first sight. */
function lookAt(changes: Partial<CallRecord>): number | undefined {
  const atMs = nextLookAtMs(newRecord({ firstSeenAtMs: SEEN, ...changes }), limits);
  return atMs === undefined ? undefined : (atMs - SEEN) / MINUTE;
}

test.each<[string, Partial<CallRecord>, number | undefined]>([
  ['seen and not established: its probe', { phase: 'observed' }, 10],
  ['being started: a minute later', { phase: 'starting', establishedAtMs: SEEN + 2 * MINUTE }, 3],
  ['new: five minutes after its first keepAlive is due', { phase: 'active', establishedAtMs: SEEN + 1 }, 20],
  ['of unknown age: its first keepAlive is due at once', { phase: 'active', establishedAtMs: SEEN }, 5],
  ['31 minutes in the lobby', { phase: 'active', establishedAtMs: SEEN + 31 * MINUTE }, 36],
  ['38 minutes in the lobby: six before the deadline', { phase: 'active', establishedAtMs: SEEN + 38 * MINUTE }, 39],
  ['41 minutes in the lobby: half a minute', { phase: 'active', establishedAtMs: SEEN + 41 * MINUTE }, 41.5],
  ['kept alive: when the next success is missed', { phase: 'active', lastKeepAliveAtMs: SEEN + 60 * MINUTE }, 80],
  ['rescued since', { phase: 'active', lastKeepAliveAtMs: SEEN + 9, lastRescueAtMs: SEEN + 60 * MINUTE }, 80],
  ['ended, not cleaned up', { phase: 'ended', establishedAtMs: SEEN, endedAtMs: SEEN + 30 * MINUTE }, 31],
  ['cleaned up', { phase: 'ended', establishedAtMs: SEEN, endedAtMs: SEEN, cleanedUpAtMs: SEEN }, undefined],
  ['ended without having been established', { phase: 'ended', endedAtMs: SEEN + MINUTE }, undefined],
])('a call is looked at when it is %s', (_, changes, expected) => {
  expect(lookAt(changes)).toBe(expected);
});

test('with an interval of 35 minutes a success is missed six minutes before the deadline', () => {
  const slow = toKeepaliveLimits({ intervalMs: 35 * MINUTE, timeScale: 1 });
  const record = newRecord({ phase: 'active', lastKeepAliveAtMs: SEEN });
  expect(nextLookAtMs(record, slow)).toBe(SEEN + 39 * MINUTE);
});

test('nothing is left to do of a call that was never established once it has ended, and not before', () => {
  expect(isFinished(newRecord({ phase: 'ended', endedAtMs: SEEN }))).toBe(true);
  expect(isFinished(newRecord({ phase: 'observed' }))).toBe(false);
});
