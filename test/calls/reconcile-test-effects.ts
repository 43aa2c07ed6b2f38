import { createHeartbeats } from '../../src/adapters/heartbeats.ts';
import type { ReconcileEffects } from '../../src/calls/reconcile-effects.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';

/** Graph's own: a keepAlive every 15 minutes. */
export const limits = toKeepaliveLimits({ intervalMs: 15 * 60_000, timeScale: 1 });

/** The effects of a reconciliation: those that a test chooses, and for the rest such as a healthy app has. */
export function reconcileEffects(
  chosen: Pick<ReconcileEffects, 'store' | 'durable' | 'clock' | 'log'> & Partial<ReconcileEffects>,
): ReconcileEffects {
  return {
    heartbeats: createHeartbeats(chosen),
    limits,
    homeTenantId: 'home',
    tellsWebhook: false,
    appId: 'app',
    pace: () => Promise.resolve(),
    graph: { keepAlive: () => Promise.reject(new Error('nothing is to be rescued')) },
    ...chosen,
  };
}
