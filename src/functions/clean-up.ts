import type { InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import { tellEnd } from '../calls/tell-end.ts';
import { updateRecord } from '../calls/update-record.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import { cleanUpCall, isOfRun } from '../core/call-record/call-record.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { logEvents } from './log-events.ts';

/** What the orchestration hands to the `cleanUp` activity at its end. */
export interface CleanUpInput {
  readonly callId: CallId;
  readonly graphCallId: string;
  readonly ended: CallEnded;
  /** The run that has ended; absent from orchestrations that an older release started. */
  readonly establishedAtMs?: number;
  readonly keepAlives: number;
  readonly lastKeepAliveAtMs?: number;
  readonly worstMarginMs?: number;
  readonly misconfigurationSuspected?: true;
}

export interface CleanUpDependencies {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly botAppId: string;
  /** Whether a webhook wants to hear of the end: the orchestration then calls `deliverCallEnded`. */
  readonly deliver: boolean;
}

/**
 * The activity `cleanUp`: closes the call's record with the reason and the sums. May run twice, also when the call was
 * registered again since: the second changes nothing.
 *
 * Errors: CallStoreError; the orchestration tries again.  Effects: one write of the record, one event, two when nobody had ended it.
 */
export function cleanUp({ store, clock, botAppId, deliver }: CleanUpDependencies) {
  return async (input: CleanUpInput, context: InvocationContext): Promise<{ readonly deliver: boolean }> => {
    const { callId, graphCallId, ended, keepAlives, lastKeepAliveAtMs, worstMarginMs } = input;
    const seen = { callId, graphCallId, appId: botAppId, facts: {} };
    const sums = { keepAlives, ...withoutAbsent({ lastKeepAliveAtMs, worstMarginMs }) };
    const nowMs = clock.nowMs();
    const log = logEvents(context);
    const { before, after } = await updateRecord(
      store,
      callId,
      (stored) => (isOfRun(stored, input.establishedAtMs) ? cleanUpCall(stored, seen, ended, sums, nowMs) : undefined),
      { tell: tellEnd(log) },
    );
    if (!isOfRun(before, input.establishedAtMs)) return { deliver };
    if (before?.cleanedUpAtMs === undefined) {
      log({
        event: 'call.cleanedUp',
        level: input.misconfigurationSuspected ? 'warning' : 'info',
        callId,
        reason: after?.endReason ?? ended.reason,
        keepAlives,
        misconfigurationSuspected: input.misconfigurationSuspected,
      });
    }
    return { deliver };
  };
}
