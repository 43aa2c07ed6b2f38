import type { InvocationContext } from '@azure/functions';
import { type PurgeEffects, purgeEndedCalls as purge } from '../calls/purge-ended-calls.ts';

/** Once a day, when bots have the least to do, and not on the hour as everybody does. */
export const PURGE_SCHEDULE = '0 17 3 * * *';

/**
 * The timer function `purgeEndedCalls`: forgets what is older than `CALL_RETENTION_DAYS`.
 *
 * Errors: when the records cannot be listed.  Effects: see `src/calls/purge-ended-calls.ts`; one event for the run.
 */
export function purgeEndedCalls(effectsOf: (context: InvocationContext) => PurgeEffects) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const effects = effectsOf(context);
    const summary = await purge(effects);
    const level = summary.failed > 0 || !summary.isComplete ? 'warning' : 'info';
    effects.log({ event: 'purge.completed', level, ...summary });
  };
}
