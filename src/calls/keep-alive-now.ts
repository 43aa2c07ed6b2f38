import type { GraphCalls, KeepAliveDescription } from '../adapters/graph-calls.ts';
import type { Heartbeats } from '../adapters/heartbeats.ts';
import type { CallerHeaders } from '../adapters/send-graph-request.ts';
import { type CallRecord, type CallSighting, toSighting } from '../core/call-record/call-record.ts';
import { toHeartbeat } from '../core/call-record/heartbeat.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import type { GraphAnswer } from '../core/graph-answers/graph-answer.ts';
import { toKeepAliveEvent } from '../core/keepalive/keep-alive-event.ts';
import type { KeepAliveOutcome } from '../core/keepalive/keep-alive-outcome.ts';
import { parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import { callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import type { CallEffects } from './call-effects.ts';
import { endCall } from './end-call.ts';

export interface KeepAliveNowEffects extends CallEffects {
  readonly graph: GraphCalls;
  readonly heartbeats: Heartbeats;
}

/** How a call is asked for at Graph, and whether a 404 ends it here. */
interface Target {
  readonly seen: CallSighting;
  readonly record: CallRecord | undefined;
  readonly tenantId: string;
  /** Whether Graph knows of keepAlive before `established` is not documented: such a call ends after 45 minutes only. */
  readonly endsWhenGone: boolean;
}

/**
 * Sends one keepAlive on an operator's word, at once. The call's schedule stays as it is; a call that Graph knows no more
 * is ended as a notification would end it. A call that this app does not know is asked for under the id as given.
 *
 * Errors: CallStoreError, DurableCallsError, RecordConflictError.
 * Effects: one read, one status request, one POST to Graph (see graph-calls), one event, one heartbeat; those of endCall
 * when it is gone.
 */
export async function keepAliveNow(
  effects: KeepAliveNowEffects,
  seen: CallSighting,
  headers: CallerHeaders,
): Promise<{ readonly answer: GraphAnswer; readonly outcome: KeepAliveOutcome }> {
  const target = await findTarget(effects, seen);
  const { graphCallId } = target.seen;
  const namedTenantId = async () => target.record?.facts.namedTenantId;
  const answer = await effects.graph.keepAlive({ graphCallId, tenantId: target.tenantId, namedTenantId, headers });
  const outcome = classifyGraphAnswer(answer);
  effects.log(toKeepAliveEvent({ callId: seen.callId, by: 'operator' }, outcome));
  if (target.record !== undefined) {
    const heartbeat = toHeartbeat(outcome, { by: 'operator', record: target.record }, effects.limits);
    await effects.heartbeats.record(seen.callId, heartbeat);
  }
  if (outcome.kind === 'gone' && target.endsWhenGone) await endCall(effects, target.seen, { reason: 'notFound' });
  return { answer, outcome };
}

/** What `keepAliveNow` would send. Effects: one read, one status request. */
export async function describeKeepAliveNow(
  effects: KeepAliveNowEffects,
  seen: CallSighting,
): Promise<KeepAliveDescription> {
  const target = await findTarget(effects, seen);
  return effects.graph.describeKeepAlive({ graphCallId: target.seen.graphCallId, tenantId: target.tenantId });
}

/** The instance knows the tenant whose token Graph accepted last; an engine that does not answer holds nothing up. */
async function findTarget(effects: CallEffects, seen: CallSighting): Promise<Target> {
  const { store, durable, clock, limits, homeTenantId } = effects;
  const asked = durable.status(seen.callId).catch(() => undefined);
  const [stored, status] = await Promise.all([store.read(seen.callId), asked]);
  const learned = status && parseInstanceFacts(status).tenantId;
  const record = stored?.record;
  const isOver = record !== undefined && clock.nowMs() >= callDeadlineMs({ record, instance: undefined }, limits);
  return {
    seen: record === undefined ? seen : toSighting(record),
    record,
    tenantId: learned ?? record?.facts.tenantId ?? homeTenantId,
    endsWhenGone: record?.phase === 'observed' ? isOver : record !== undefined || status !== undefined,
  };
}
