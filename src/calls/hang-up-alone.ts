import { type CallRecord, markHungUp, unmarkHungUp } from '../core/call-record/call-record.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import type { GraphAnswer } from '../core/graph-answers/graph-answer.ts';
import { type KeepAliveOutcome, toOutcomeText } from '../core/keepalive/keep-alive-outcome.ts';
import type { InstanceFacts } from '../core/reconcile/instance-facts.ts';
import { parseParticipantList } from '../core/roster/parse-roster.ts';
import { isAloneIn, isHangUpDue, unmarkAlone } from '../core/roster/see-roster.ts';
import type { AloneEffects, ReconcileEffects } from './reconcile-effects.ts';
import { endRecordedCall } from './rescue-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * Hangs up a call in which the bot has been alone for too long. Rosters may come late, or change places: Graph is asked
 * who is there first, and unless its list says that nobody is, the bot stays, whatever Graph answers; that a call is over
 * its next keepAlive finds out. The record says so before Graph is told to hang up: an end that comes before our own is
 * written, Graph's notification above all, is then told as `alone` too, and a process that dies in between leaves a call
 * that is still due. A roster that came since with somebody else in it wins.
 *
 * Shape: → whether the call is over.
 * Errors: CallStoreError, DurableCallsError.  Effects: two writes of the record at most, one GET and one DELETE at Graph,
 * the event `callEnded`, one event for the log.
 */
export async function hangUpAlone(
  effects: ReconcileEffects,
  alone: AloneEffects,
  judged: CallRecord,
  instance: InstanceFacts | undefined,
): Promise<boolean> {
  const { store, clock, pace } = effects;
  const { callId, graphCallId, facts } = judged;
  const tenantId = instance?.tenantId ?? facts.tenantId ?? effects.homeTenantId;
  const target = { graphCallId, tenantId, namedTenantId: async () => facts.namedTenantId };
  // Both turns at once, lest somebody comes in while the second is waited for.
  await pace();
  await pace();
  const listed = await alone.graph.listParticipants(target);
  const isAlone = readsAlone(listed, alone, effects.appId);
  if (isAlone === false) await updateRecord(store, callId, (row) => row && unmarkAlone(row));
  if (isAlone !== true) {
    const heard = classifyGraphAnswer(listed);
    tell(effects, judged, heard, isAlone === false ? 'notAlone' : toUnheard(heard));
    return false;
  }
  const nowMs = clock.nowMs();
  const { before, after } = await updateRecord(store, callId, (row) =>
    isHangUpDue(row, nowMs) && row.hungUpAtMs === undefined ? markHungUp(row, nowMs) : undefined,
  );
  if (!isHangUpDue(after, nowMs)) return false;
  const answer = await alone.graph.hangUp(target);
  const outcome = classifyGraphAnswer(answer);
  const isOver = outcome.kind === 'alive' || outcome.kind === 'gone';
  tell(effects, after, outcome, outcome.kind === 'alive' ? 'hungUp' : toOutcomeText(outcome));
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

/** Undefined: Graph gave no list that can be read. */
function readsAlone(answer: GraphAnswer, { rule }: AloneEffects, appId: string): boolean | undefined {
  const body = answer.kind === 'answered' ? answer.body : undefined;
  const roster = body === undefined ? undefined : parseParticipantList(body, appId);
  return roster && isAloneIn(roster, rule);
}

function toUnheard(outcome: KeepAliveOutcome): string {
  return outcome.kind === 'alive' ? 'unreadable list' : toOutcomeText(outcome);
}

function tell({ log, clock }: ReconcileEffects, record: CallRecord, answered: KeepAliveOutcome, outcome: string): void {
  const nowMs = clock.nowMs();
  log({
    event: 'call.hungUp',
    level: outcome === 'hungUp' || outcome === 'gone' ? 'info' : 'warning',
    callId: record.callId,
    tenantId: answered.tenantId,
    outcome,
    aloneSeconds: Math.round((nowMs - (record.aloneSinceMs ?? nowMs)) / 1_000),
    requestId: answered.requestId,
  });
}
