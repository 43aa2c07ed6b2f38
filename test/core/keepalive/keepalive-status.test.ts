import { expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { type RecentKeepAlive, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { toKeepaliveStatus } from '../../../src/core/keepalive/keepalive-status.ts';

const CALL = '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5';
const START_MS = Date.UTC(2026, 0, 5);

function statusWith(recent: readonly RecentKeepAlive[]) {
  const callId = parseCallId(CALL);
  if (callId === undefined) throw new Error('not a call id');
  const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });
  const state = startKeepalive({ callId, graphCallId: CALL, firstSeenAtMs: START_MS, limits });
  return toKeepaliveStatus({ ...state, recent }, START_MS);
}

test("Graph's request id is told of each failure, and of the last success only: each turn writes the status anew", () => {
  const tries = ['alive', 'http 503', 'alive', 'http 429'];
  const { recent } = statusWith(
    tries.map((result, index) => ({ atMs: START_MS + index, result, ms: 7, requestId: `r${index}` })),
  );
  expect(recent).toEqual([
    { at: '2026-01-05T00:00:00.000Z', result: 'alive', ms: 7 },
    { at: '2026-01-05T00:00:00.001Z', result: 'http 503', ms: 7, requestId: 'r1' },
    { at: '2026-01-05T00:00:00.002Z', result: 'alive', ms: 7, requestId: 'r2' },
    { at: '2026-01-05T00:00:00.003Z', result: 'http 429', ms: 7, requestId: 'r3' },
  ]);
});

test('the call is not repeated, for the instance id names it', () => {
  expect(JSON.stringify(statusWith([]))).not.toContain(CALL);
});
