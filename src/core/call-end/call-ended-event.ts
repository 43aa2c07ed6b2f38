import { toInstanceId } from '../call-record/call-id.ts';
import type { CallRecord } from '../call-record/call-record.ts';
import type { AppEvent } from '../events/app-event.ts';

/**
 * The event of a call's end, for whoever brought it about: undefined when the record had ended before.
 *
 * Shape: the record before and after the transition → the event.  Errors: none.
 */
export function toCallEndedEvent(before: CallRecord | undefined, after: CallRecord | undefined): AppEvent | undefined {
  if (after?.phase !== 'ended' || before?.phase === 'ended') return undefined;
  return {
    event: 'call.ended',
    level: 'info',
    callId: after.callId,
    instanceId: toInstanceId(after.callId),
    reason: after.endReason ?? 'terminated',
    code: after.resultInfo?.code,
    subcode: after.resultInfo?.subcode,
    scenarioId: after.facts.scenarioId,
  };
}
