import { toCallEndedEvent } from '../core/call-ended-event.ts';
import { type CallRecord, type CallSighting, endCall as toEnded } from '../core/call-record.ts';
import type { CallEnded } from '../core/keepalive-state.ts';
import type { CallEffects } from './call-effects.ts';
import { updateRecord } from './update-record.ts';

/** Graph's own words for what this app exists to prevent. Source: https://learn.microsoft.com/graph/api/call-delete */
const KEEP_ALIVE_TIMEOUT = { code: 408, subcode: 8537 };

/**
 * Marks the call as ended for good, then tells its orchestration, which cleans up. Harmless when repeated, and when no
 * orchestration runs.
 *
 * Errors: CallStoreError, DurableCallsError; the end may then be repeated.
 * Effects: one write of the record, one event `callEnded`.
 */
export async function endCall(effects: CallEffects, seen: CallSighting, ended: CallEnded): Promise<void> {
  const { store, durable, clock, log } = effects;
  const nowMs = clock.nowMs();
  if (saysKeepAliveMissed(ended)) {
    log({ event: 'call.keepAliveMissed', level: 'error', callId: seen.callId, code: 408, subcode: 8537 });
  }
  const { before, after } = await updateRecord(store, seen.callId, (stored) => toEnded(stored, seen, ended, nowMs));
  await durable.raiseCallEnded(seen.callId, after === undefined ? ended : toCallEnded(after));
  const event = toCallEndedEvent(before, after);
  if (event !== undefined) log(event);
}

/** How the record says the call ended. */
export function toCallEnded(record: CallRecord): CallEnded {
  return {
    reason: record.endReason ?? 'terminated',
    ...(record.resultInfo === undefined ? {} : { resultInfo: record.resultInfo }),
    ...(record.terminationReason === undefined ? {} : { terminationReason: record.terminationReason }),
  };
}

function saysKeepAliveMissed({ resultInfo }: CallEnded): boolean {
  return resultInfo?.code === KEEP_ALIVE_TIMEOUT.code && resultInfo.subcode === KEEP_ALIVE_TIMEOUT.subcode;
}
