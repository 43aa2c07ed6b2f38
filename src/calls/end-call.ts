import {
  type CallRecord,
  type CallSighting,
  endCall as toEnded,
  toEndReason,
} from '../core/call-record/call-record.ts';
import { type CallEnded, saysKeepAliveMissed } from '../core/keepalive/keepalive-state.ts';
import type { CallEffects } from './call-effects.ts';
import { tellEnd } from './tell-end.ts';
import { updateRecord } from './update-record.ts';

/** Extension 3.19 was seen to begin an orchestration up to 20 s after the request, when 500 came at once. */
const YOUNG_MS = 60_000;

/**
 * Marks the call as ended for good, then tells its orchestration, which cleans up. Harmless when repeated, and when no
 * orchestration runs.
 *
 * Errors: CallStoreError, DurableCallsError; the end may then be repeated.
 * Effects: one write of the record, one event `callEnded`, for a call established within the last minute some status
 * requests before it.
 */
export async function endCall(effects: CallEffects, seen: CallSighting, ended: CallEnded): Promise<void> {
  const { after } = await recordEnd(effects, seen, ended);
  const told = after === undefined ? ended : toCallEnded(after);
  await effects.durable.raiseCallEnded(seen.callId, told, isYoung(after, effects.clock.nowMs()));
}

/**
 * The alarm sounds once, and also when the table cannot be written; only a call that an operator gave up is expected to
 * end so.
 */
export async function recordEnd({ store, clock, log }: CallEffects, seen: CallSighting, ended: CallEnded) {
  const nowMs = clock.nowMs();
  let isNews = true;
  const toNext = (stored: CallRecord | undefined) => {
    isNews = stored?.endReason !== 'stopped' && stored?.resultInfo === undefined;
    return toEnded(stored, seen, ended, nowMs);
  };
  const update = updateRecord(store, seen.callId, toNext, { tell: tellEnd(log) });
  return update.finally(() => {
    if (!isNews || !saysKeepAliveMissed(ended.resultInfo)) return;
    log({ event: 'call.keepAliveMissed', level: 'error', callId: seen.callId, code: 408, subcode: 8537 });
  });
}

/** Whether the call's orchestration may be just beginning: an event would be lost. */
function isYoung(record: CallRecord | undefined, nowMs: number): boolean {
  return nowMs - (record?.establishedAtMs ?? Number.NEGATIVE_INFINITY) < YOUNG_MS;
}

/** How the record says the call ended. */
export function toCallEnded(record: CallRecord): CallEnded {
  return {
    reason: toEndReason(record.endReason ?? 'terminated'),
    ...(record.resultInfo === undefined ? {} : { resultInfo: record.resultInfo }),
    ...(record.terminationReason === undefined ? {} : { terminationReason: record.terminationReason }),
  };
}
