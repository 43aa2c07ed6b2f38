import { type CallRecord, toSighting } from '../core/call-record/call-record.ts';
import { toHeartbeat } from '../core/call-record/heartbeat.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import { toKeepAliveEvent } from '../core/keepalive/keep-alive-event.ts';
import type { KeepAliveOutcome } from '../core/keepalive/keep-alive-outcome.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { type InstanceFacts, isLiveInstance } from '../core/reconcile/instance-facts.ts';
import { callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import { closeCall } from './close-call.ts';
import { endCall } from './end-call.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';

/**
 * Sends the keepAlive that a call's orchestration does not send, at the pace Graph allows. A call that Graph knows no
 * more is ended; one that was never established only after 45 minutes without a success, when it must be over: whether
 * Graph knows of keepAlive before `established` is not documented, and an ended call is never taken up again.
 *
 * Shape: record, instance → the outcome; only `alive` resets the deadline.
 * Errors: CallStoreError, DurableCallsError.  Effects: one POST to Graph, one heartbeat, one event.
 */
export async function rescueCall(
  effects: ReconcileEffects,
  record: CallRecord,
  instance: InstanceFacts | undefined,
): Promise<KeepAliveOutcome> {
  await effects.pace();
  const tenantId = instance?.tenantId ?? record.facts.tenantId ?? effects.homeTenantId;
  const namedTenantId = async () => record.facts.namedTenantId;
  const answer = await effects.graph.keepAlive({ graphCallId: record.graphCallId, tenantId, namedTenantId });
  const outcome = classifyGraphAnswer(answer);
  const deadlineAtMs = callDeadlineMs({ record, instance }, effects.limits);
  effects.log(toKeepAliveEvent({ callId: record.callId, by: 'reconcileCalls', deadlineAtMs }, outcome));
  const heartbeat = toHeartbeat(outcome, { by: 'reconcileCalls', record }, effects.limits);
  await effects.heartbeats.record(record.callId, heartbeat);
  if (outcome.kind === 'gone' && (record.phase !== 'observed' || effects.clock.nowMs() >= deadlineAtMs)) {
    await endRecordedCall(effects, record, instance, { reason: 'notFound' });
  }
  return outcome;
}

/** Ends the call; where its orchestration is past cleaning up, that is done here. */
export async function endRecordedCall(
  effects: ReconcileEffects,
  record: CallRecord,
  instance: InstanceFacts | undefined,
  ended: CallEnded,
): Promise<void> {
  const seen = toSighting(record);
  await endCall(effects, seen, ended);
  if (instance === undefined || isLiveInstance(instance)) return;
  await closeCall(effects, seen, ended, instance.sums, record);
}
