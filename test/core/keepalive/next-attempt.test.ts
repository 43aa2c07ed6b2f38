import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { deadlineMs, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { nextAttemptMs } from '../../../src/core/keepalive/next-attempt.ts';

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 0, 5, 9);
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24') ?? expect.unreachable();
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const fresh = startKeepalive({ callId, graphCallId: callId, firstSeenAtMs: T0, limits });
const deadline = deadlineMs(fresh);
const refused = { kind: 'retry', reason: 'http 503', sentAtMs: T0, durationMs: 0 } as const;
const later = { ...refused, afterMs: 60 * MINUTE };

describe('the next try', () => {
  test.each<[string, number, number]>([
    ['a second before the last stretch is as late as the shortest delay', deadline - 12 * MINUTE - 1_000, 3_000],
    ['at the start of the last stretch is half a minute later', deadline - 12 * MINUTE, 30_000],
    ['a moment before the deadline comes after the shortest delay', deadline - 1, 3_000],
    ['at the deadline is five minutes later', deadline, 5 * MINUTE],
  ])('%s', (_, nowMs, delayMs) => {
    expect(nextAttemptMs(fresh, later, nowMs) - nowMs).toBe(delayMs);
  });

  test.each([
    [0, 0, 4_421],
    [3, 1, 8_796],
    [40, 2, 20_535],
    [41, 3, 30_000],
    [41, 30, 30_000],
  ])('of the same call is always equally long: try %i, after %i failures', (attempts, consecutiveFailures, delayMs) => {
    const atMs = nextAttemptMs({ ...fresh, attempts, consecutiveFailures }, refused, T0);
    expect(Math.round(atMs - T0)).toBe(delayMs);
  });
});
