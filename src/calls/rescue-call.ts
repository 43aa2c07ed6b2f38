import { type CallRecord, toSighting } from '../core/call-record/call-record.ts';
import { toHeartbeat } from '../core/call-record/heartbeat.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import { toKeepAliveEvent } from '../core/keepalive/keep-alive-event.ts';
import type { KeepAliveOutcome } from '../core/keepalive/keep-alive-outcome.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { type InstanceFacts, isLiveInstance } from '../core/reconcile/instance-facts.ts';
import { callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import { closeCall } from './close-call.ts';
import { endCall, recordEnd } from './end-call.ts';
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
  const outcome = await sendKeepAlive(effects, record, instance);
  if (saysItIsOver(effects, record, outcome)) {
    await endRecordedCall(effects, record, instance, { reason: 'notFound' });
  }
  return outcome;
}

/**
 * The same while the engine is silent: the record says that the call has ended, and the instance is told of it by a later
 * look.
 *
 * Errors: CallStoreError.  Effects: one POST to Graph, one heartbeat, two events; one write when the call is over.
 */
export async function rescueByRecord(effects: ReconcileEffects, record: CallRecord): Promise<void> {
  effects.log({ event: 'call.stuck', level: 'warning', callId: record.callId, reason: 'engineSilent' });
  const outcome = await sendKeepAlive(effects, record, undefined);
  if (saysItIsOver(effects, record, outcome)) await recordEnd(effects, toSighting(record), { reason: 'notFound' });
}

async function sendKeepAlive(
  effects: ReconcileEffects,
  record: CallRecord,
  instance: InstanceFacts | undefined,
): Promise<KeepAliveOutcome> {
  await effects.pace();
  const tenantId = instance?.tenantId ?? record.facts.tenantId ?? effects.homeTenantId;
  const namedTenantId = async () => record.facts.namedTenantId;
  const answer = await effects.graph.keepAlive({ graphCallId: record.graphCallId, tenantId, namedTenantId });
  const outcome = classifyGraphAnswer(answer);
  // A call that was never established is not late: nobody promised to keep it alive.
  const deadline =
    record.phase === 'observed' ? {} : { deadlineAtMs: callDeadlineMs({ record, instance }, effects.limits) };
  effects.log(toKeepAliveEvent({ callId: record.callId, by: 'reconcileCalls', ...deadline }, outcome));
  const heartbeat = toHeartbeat(outcome, { by: 'reconcileCalls', record }, effects.limits);
  await effects.heartbeats.record(record.callId, heartbeat);
  return outcome;
}

function saysItIsOver({ clock, limits }: ReconcileEffects, record: CallRecord, { kind }: KeepAliveOutcome): boolean {
  const isPastDeadline = clock.nowMs() >= callDeadlineMs({ record, instance: undefined }, limits);
  return kind === 'gone' && (record.phase !== 'observed' || isPastDeadline);
}

/** Ends the call; where its orchestration is past cleaning up, that is done here. */
export async function endRecordedCall(
  effects: ReconcileEffects,
  record: CallRecord,
  instance: InstanceFacts | undefined,
  ended: CallEnded,
): Promise<void> {
  await endCall(effects, toSighting(record), ended);
  if (instance === undefined || isLiveInstance(instance)) return;
  await closeCall(effects, record, ended, instance.sums);
}
