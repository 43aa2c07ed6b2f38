import type { InvocationContext } from '@azure/functions';
import { reconcileCalls as reconcile } from '../calls/reconcile-calls.ts';
import type { ReconcileEffects } from '../calls/reconcile-effects.ts';

/** Every five minutes: a lost call is found while most of Graph's 45 minutes are left. */
export const RECONCILE_SCHEDULE = '0 */5 * * * *';

/**
 * The timer function `reconcileCalls`: repairs what crashes, lost notifications and a stuck engine leave behind.
 *
 * Errors: when the table does not list the calls in question; the run then counts as failed, and the next one comes as usual.
 * Effects: see `src/calls/reconcile-calls.ts`; one event for the run.
 */
export function reconcileCalls(effectsOf: (context: InvocationContext) => ReconcileEffects) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const effects = effectsOf(context);
    const startedAtMs = effects.clock.nowMs();
    try {
      const { done, ...counts } = await reconcile(effects);
      const level = counts.failed + counts.postponed + counts.byRecord > 0 ? 'warning' : 'info';
      const actions = Object.values(done).reduce((sum, count) => sum + count, 0);
      const durationMs = effects.clock.nowMs() - startedAtMs;
      effects.log({ event: 'reconcile.completed', level, ...counts, actions, ...done, durationMs });
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unknown error';
      effects.log({ event: 'reconcile.failed', level: 'error', problem });
      throw error;
    }
  };
}
