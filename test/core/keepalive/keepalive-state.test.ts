import { expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { saysKeepAliveMissed, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const CALL = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const callId = parseCallId(CALL) ?? expect.unreachable();
const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });

test.each([
  [{ code: 408, subcode: 8537 }, true],
  [{ code: 408, subcode: 0 }, false],
  [{ code: 500, subcode: 8537 }, false],
  [{}, false],
  [undefined, false],
])('Graph says by %j that keepAlive was missed: %s', (resultInfo, isSaid) => {
  expect(saysKeepAliveMissed(resultInfo)).toBe(isSaid);
});

test('a loop starts with what is known of its call, and with no member for what is not', () => {
  const known = { callId, graphCallId: CALL, firstSeenAtMs: NOW, limits };
  const counts = { keepAlives: 0, attempts: 0, consecutiveFailures: 0, recent: [] };
  expect(startKeepalive(known)).toStrictEqual({ ...known, ...counts, nextKeepAliveAtMs: NOW + 900_000 });
  const more = { tenantId: 'tenant', establishedAtMs: NOW + 1, lastKeepAliveAtMs: NOW + 2 };
  expect(startKeepalive({ ...known, ...more, firstKeepAliveAtMs: NOW + 3 })).toStrictEqual({
    ...{ ...known, ...counts, ...more },
    nextKeepAliveAtMs: NOW + 3,
  });
});
