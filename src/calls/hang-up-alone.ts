import type { GraphCalls } from '../adapters/graph-calls.ts';
import { type CallRecord, markHungUp, unmarkHungUp } from '../core/call-record/call-record.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import { toOutcomeText } from '../core/keepalive/keep-alive-outcome.ts';
import type { InstanceFacts } from '../core/reconcile/instance-facts.ts';
import { isHangUpDue } from '../core/roster/see-roster.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { endRecordedCall } from './rescue-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * Hangs up a call in which the bot has been alone for too long. The record says so before Graph is asked: an end that
 * comes before our own is written, Graph's notification above all, is then told as `alone` too, and a process that dies
 * in between leaves a call that is still due. A roster that came since with somebody else in it wins.
 *
 * Shape: → whether the call is over.
 * Errors: CallStoreError, DurableCallsError.  Effects: two writes of the record at most, one DELETE at Graph, the event
 * `callEnded`, one event for the log.
 */
export async function hangUpAlone(
  effects: ReconcileEffects,
  hangUp: GraphCalls['hangUp'],
  judged: CallRecord,
  instance: InstanceFacts | undefined,
): Promise<boolean> {
  const { store, clock, log } = effects;
  const { callId } = judged;
  const nowMs = clock.nowMs();
  const { before, after } = await updateRecord(store, callId, (row) =>
    isHangUpDue(row, nowMs) && row.hungUpAtMs === undefined ? markHungUp(row, nowMs) : undefined,
  );
  if (!isHangUpDue(after, nowMs)) return false;
  await effects.pace();
  const tenantId = instance?.tenantId ?? after.facts.tenantId ?? effects.homeTenantId;
  const namedTenantId = async () => after.facts.namedTenantId;
  const answer = await hangUp({ graphCallId: after.graphCallId, tenantId, namedTenantId });
  const outcome = classifyGraphAnswer(answer);
  const isOver = outcome.kind === 'alive' || outcome.kind === 'gone';
  log({
    event: 'call.hungUp',
    level: isOver ? 'info' : 'warning',
    callId,
    tenantId: outcome.tenantId,
    outcome: outcome.kind === 'alive' ? 'hungUp' : toOutcomeText(outcome),
    aloneSeconds: Math.round((nowMs - (after.aloneSinceMs ?? nowMs)) / 1_000),
    requestId: outcome.requestId,
  });
  if (!isOver) {
    // Where nobody knows whether Graph did it, the mark stays: it is asked again soon.
    if (answer.kind === 'answered') await updateRecord(store, callId, (row) => row && unmarkHungUp(row));
    return false;
  }
  const endedBefore = outcome.kind === 'gone' && before?.hungUpAtMs === undefined;
  if (endedBefore) await updateRecord(store, callId, (row) => row && unmarkHungUp(row));
  await endRecordedCall(effects, after, instance, { reason: endedBefore ? 'notFound' : 'stopped' });
  return true;
}
