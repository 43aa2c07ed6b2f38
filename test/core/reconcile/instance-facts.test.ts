import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { end } from '../../../src/core/keepalive/keepalive-machine.ts';
import { startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { toKeepaliveStatus } from '../../../src/core/keepalive/keepalive-status.ts';
import { isLiveInstance, parseInstanceFacts } from '../../../src/core/reconcile/instance-facts.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24') ?? expect.unreachable();
const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });
const state = {
  ...startKeepalive({ callId, graphCallId: callId, tenantId: 'tenant', firstSeenAtMs: NOW - 900_000, limits }),
  keepAlives: 2,
  lastKeepAliveAtMs: NOW,
  nextKeepAliveAtMs: NOW + 900_000,
};
const shown = (runtimeStatus: string, customStatus: unknown, output: unknown = null) =>
  parseInstanceFacts({
    runtimeStatus,
    createdTime: '2026-01-05T11:00:00Z',
    lastUpdatedTime: '2026-01-05T12:00:00Z',
    customStatus,
    output,
  });

describe('the facts of an instance', () => {
  test('that runs come from its custom status', () => {
    expect(shown('Running', toKeepaliveStatus(state, NOW))).toEqual({
      life: 'running',
      createdAtMs: NOW - 3_600_000,
      lastUpdatedAtMs: NOW,
      isEnding: false,
      nextKeepAliveAtMs: NOW + 900_000,
      tenantId: 'tenant',
      sums: { keepAlives: 2, lastKeepAliveAtMs: NOW },
    });
  });

  test('that cleans up tell how the call ended', () => {
    const ending = toKeepaliveStatus(end(state, { reason: 'notFound' }), NOW);
    expect(shown('Running', ending)).toMatchObject({ isEnding: true, ended: { reason: 'notFound' } });
  });

  test('that has completed come from its output, result included', () => {
    const output = { endReason: 'terminated', resultInfo: { code: 200 }, keepAlives: 5, lastKeepAliveAtMs: NOW - 1 };
    expect(shown('Completed', toKeepaliveStatus(state, NOW), output)).toMatchObject({
      life: 'completed',
      ended: { reason: 'terminated', resultInfo: { code: 200 } },
      sums: { keepAlives: 5, lastKeepAliveAtMs: NOW - 1 },
    });
  });

  test.each(['Suspended', 'Terminated', 'Failed'])(
    'that is %s do not come from what stands as its output',
    (runtimeStatus) => {
      const facts = shown(runtimeStatus, toKeepaliveStatus(state, NOW), { endReason: 'expired', keepAlives: 9 });
      expect(facts.sums.keepAlives).toBe(2);
      expect(facts.ended).toBeUndefined();
    },
  );

  test.each([null, 'text', [], { keepAlives: 'many', lastKeepAliveAt: 'soon', nextKeepAliveAt: 7, phase: 1 }])(
    'are few when the custom status is %j',
    (customStatus) => {
      expect(shown('Running', customStatus)).toStrictEqual({
        life: 'running',
        createdAtMs: NOW - 3_600_000,
        lastUpdatedAtMs: NOW,
        isEnding: false,
        sums: { keepAlives: 0 },
      });
    },
  );

  test('tell the worst margin in milliseconds, below zero after the deadline', () => {
    expect(shown('Running', { worstMarginSeconds: -12.5 }).sums).toStrictEqual({
      keepAlives: 0,
      worstMarginMs: -12_500,
    });
  });

  test.each([
    [0, 0],
    [5, 5],
    [-1, 2],
    [2.5, 2],
    ['7', 2],
    [undefined, 2],
  ])('of %j successes in the output count %j, where the custom status says 2', (keepAlives, counted) => {
    expect(shown('Completed', { keepAlives: 2 }, { keepAlives }).sums.keepAlives).toBe(counted);
  });

  test.each([
    ['Pending', true],
    ['Running', true],
    ['ContinuedAsNew', true],
    ['Suspended', true],
    ['SomethingNew', true],
    ['Completed', false],
    ['Failed', false],
    ['Canceled', false],
    ['Terminated', false],
  ])('say whether one that is %s can still do something: %s', (runtimeStatus, isLive) => {
    expect(isLiveInstance(shown(runtimeStatus, null))).toBe(isLive);
  });

  test('that there is none say that nothing can be done', () => {
    expect(isLiveInstance(undefined)).toBe(false);
  });
});
