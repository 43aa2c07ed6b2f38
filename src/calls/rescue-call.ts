import { type CallRecord, rescueCall as toRescued, toSighting } from '../core/call-record.ts';
import { classifyGraphAnswer } from '../core/classify-graph-answer.ts';
import { type InstanceFacts, isLiveInstance } from '../core/instance-facts.ts';
import type { KeepAliveOutcome } from '../core/keep-alive-outcome.ts';
import type { CallEnded } from '../core/keepalive-state.ts';
import { closeCall } from './close-call.ts';
import { endCall } from './end-call.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { updateRecord } from './update-record.ts';

/**
 * Sends the keepAlive that a call's orchestration does not send, at the pace Graph allows. A call that Graph knows no
 * more is ended.
 *
 * Shape: record, instance → the outcome; only `alive` resets the deadline (`lastRescueAtMs`).
 * Errors: CallStoreError, DurableCallsError.  Effects: one POST to Graph, one write, one event.
 */
export async function rescueCall(
  effects: ReconcileEffects,
  record: CallRecord,
  instance: InstanceFacts | undefined,
): Promise<KeepAliveOutcome> {
  await effects.pace();
  const tenantId = instance?.tenantId ?? record.facts.tenantId ?? effects.homeTenantId;
  const answer = await effects.graph.keepAlive({ graphCallId: record.graphCallId, tenantId });
  const outcome = classifyGraphAnswer(answer);
  report(effects, record, outcome);
  if (outcome.kind === 'alive') {
    await updateRecord(effects.store, record.callId, (stored) => toRescued(stored, outcome.sentAtMs));
  }
  if (outcome.kind === 'gone') await endRecordedCall(effects, record, instance, { reason: 'notFound' });
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
  if (instance !== undefined && !isLiveInstance(instance)) await closeCall(effects, seen, ended, instance.sums);
}

function report({ log }: ReconcileEffects, { callId }: CallRecord, outcome: KeepAliveOutcome): void {
  const { durationMs, requestId, clientRequestId, tenantId } = outcome;
  const isAlive = outcome.kind === 'alive';
  log({
    event: isAlive ? 'keepAlive.rescued' : 'keepAlive.failed',
    level: isAlive || outcome.kind === 'gone' ? 'info' : 'warning',
    callId,
    outcome: outcome.kind,
    reason: outcome.kind === 'retry' || outcome.kind === 'denied' ? outcome.reason : undefined,
    code: outcome.kind === 'denied' ? outcome.code : undefined,
    durationMs,
    requestId,
    clientRequestId,
    tenantId,
    by: 'reconcileCalls',
  });
}
