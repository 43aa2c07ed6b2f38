import type { InvocationContext } from '@azure/functions';
import { type PurgeEffects, purgeEndedCalls as purge } from '../calls/purge-ended-calls.ts';
import { type DailyTotalsEffects, writeDailyTotals } from '../calls/write-daily-totals.ts';
import { SMALLEST_RETENTION_MS } from '../core/operator-views/day-totals.ts';

/** Once a day, when bots have the least to do, and not on the hour as everybody does. */
export const PURGE_SCHEDULE = '0 17 3 * * *';

/**
 * The timer function `purgeEndedCalls`: writes the totals of the days past, then forgets what is older than
 * `CALL_RETENTION_DAYS`. In this order: a call that is forgotten can be counted no more. `tellingMs` is for how long the
 * webhook may still be told of an end: without the record it would get another message, under another id, at each try.
 *
 * Errors: when the records cannot be listed, or the totals not written; nothing is forgotten then.
 * Effects: see `src/calls/write-daily-totals.ts` and `src/calls/purge-ended-calls.ts`; one event for the run.
 */
export function purgeEndedCalls(
  effectsOf: (context: InvocationContext) => PurgeEffects & DailyTotalsEffects,
  tellingMs: number,
) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const effects = effectsOf(context);
    await writeDailyTotals(effects);
    const callRetentionMs = Math.max(effects.callRetentionMs, SMALLEST_RETENTION_MS, tellingMs);
    const summary = await purge({ ...effects, callRetentionMs });
    const level = summary.failed > 0 || !summary.isComplete ? 'warning' : 'info';
    effects.log({ event: 'purge.completed', level, ...summary });
  };
}
