import { expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { advance } from '../../../src/core/keepalive/keepalive-machine.ts';
import { type KeepaliveState, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 0, 5, 9);
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24') ?? expect.unreachable();
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const fresh = startKeepalive({ callId, graphCallId: callId, firstSeenAtMs: T0, limits });

/** A keepAlive of so many minutes after the start. */
function keepAliveAt(state: KeepaliveState, minutes: number, kind: 'alive' | 'retry' = 'alive'): KeepaliveState {
  const sentAtMs = T0 + minutes * MINUTE;
  const facts = { sentAtMs, durationMs: 80, clientRequestId: 'c', tenantId: 'home' };
  return advance(state, kind === 'alive' ? { kind, ...facts } : { kind, reason: 'http 503', ...facts }, sentAtMs);
}

test('the worst margin is the shortest time that was left to the deadline at a success', () => {
  expect(fresh.worstMarginMs).toBeUndefined();
  const first = keepAliveAt(fresh, 15);
  expect(first.worstMarginMs).toBe(30 * MINUTE);
  const failed = keepAliveAt(first, 50, 'retry');
  expect(failed.worstMarginMs).toBe(30 * MINUTE);
  const late = keepAliveAt(failed, 58);
  expect(late.worstMarginMs).toBe(2 * MINUTE);
  expect(keepAliveAt(late, 73).worstMarginMs).toBe(2 * MINUTE);
});

test('a success past the deadline has a margin below zero', () => {
  expect(keepAliveAt(keepAliveAt(fresh, 15), 61).worstMarginMs).toBe(-MINUTE);
});

test('a state of an older release, which knows of no margin, gets one at its next success', () => {
  const { worstMarginMs: _unknown, ...older } = keepAliveAt(fresh, 15);
  expect(keepAliveAt(older, 30).worstMarginMs).toBe(30 * MINUTE);
});
