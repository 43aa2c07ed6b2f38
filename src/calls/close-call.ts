import { toCallEndedEvent } from '../core/call-ended-event.ts';
import { type CallSighting, type CallSums, cleanUpCall } from '../core/call-record.ts';
import type { CallEnded } from '../core/keepalive-state.ts';
import type { CallEffects } from './call-effects.ts';
import { updateRecord } from './update-record.ts';

/**
 * Does for the record what the `cleanUp` activity does, for an orchestration that cannot. Changes nothing when repeated.
 *
 * Errors: CallStoreError.  Effects: one write of the record, one event, two when nobody had ended it.
 */
export async function closeCall(
  { store, clock, log }: Pick<CallEffects, 'store' | 'clock' | 'log'>,
  seen: CallSighting,
  ended: CallEnded,
  sums: CallSums,
): Promise<void> {
  const nowMs = clock.nowMs();
  const { before, after } = await updateRecord(store, seen.callId, (stored) =>
    cleanUpCall(stored, seen, ended, sums, nowMs),
  );
  const event = toCallEndedEvent(before, after);
  if (event !== undefined) log(event);
  if (before?.cleanedUpAtMs !== undefined) return;
  log({
    event: 'call.cleanedUp',
    level: 'info',
    callId: seen.callId,
    reason: after?.endReason ?? ended.reason,
    keepAlives: after?.keepAlives ?? sums.keepAlives,
    by: 'reconcileCalls',
  });
}
