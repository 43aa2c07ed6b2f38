import { expect, test } from 'vitest';
import { type KeepAliveOutcome, toRemembered } from '../../../src/core/keepalive/keep-alive-outcome.ts';

const attempt = { sentAtMs: 1, durationMs: 2, clientRequestId: 'client', requestId: 'graph', tenantId: 'tenant' };

test('of a success the history keeps when it was, and by which id Graph knows it', () => {
  expect(toRemembered({ kind: 'alive', ...attempt }, 'tenant', 'tenant')).toEqual({
    kind: 'alive',
    sentAtMs: 1,
    durationMs: 2,
    requestId: 'graph',
  });
});

test('a tenant that the orchestration does not know yet, or that is not the home tenant, is told to it', () => {
  const success: KeepAliveOutcome = { kind: 'alive', ...attempt };
  expect(toRemembered(success, undefined, 'tenant')).toMatchObject({ tenantId: 'tenant' });
  expect(toRemembered(success, 'other', 'tenant')).toMatchObject({ tenantId: 'tenant' });
  expect(toRemembered(success, 'tenant', 'home')).toMatchObject({ tenantId: 'tenant' });
});

test.each<KeepAliveOutcome>([
  { kind: 'gone', ...attempt },
  { kind: 'unclear', ...attempt },
  { kind: 'denied', code: '7505', reason: 'mismatch', ...attempt },
  { kind: 'retry', reason: 'http 503', afterMs: 30_000, ...attempt },
])('of a failure ($kind) it keeps all, for whoever looks for the request that Graph never answered', (outcome) => {
  expect(toRemembered(outcome, 'tenant', 'home')).toEqual(outcome);
});
