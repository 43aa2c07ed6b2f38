import type { StoredCall } from '../adapters/call-store.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import { type CallId, toInstanceId } from '../core/call-record/call-id.ts';
import { type CallRecord, type CallSighting, confirmCall, reopenCall } from '../core/call-record/call-record.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import { toKeepAliveEvent } from '../core/keepalive/keep-alive-event.ts';
import { type InstanceFacts, isLiveInstance, parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import { isBeingStarted, isFinished } from '../core/reconcile/next-look.ts';
import { callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import { once } from '../core/values/once.ts';
import { endCall } from './end-call.ts';
import type { KeepAliveNowEffects } from './keep-alive-now.ts';
import { startInstance } from './start-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * `started`: an orchestration keeps the call alive from now on. `running`: one did already.
 * `suspended`: there is one, but an operator suspended it. `finishing`: the one before still cleans up, or tells the
 * webhook. `terminated`: Graph has ended the call, for good. `notFound`: Graph says that it knows no such call.
 */
export type Registration = 'started' | 'running' | 'suspended' | 'finishing' | 'terminated' | 'notFound';

/**
 * Has a call kept alive on an operator's word, without a notification; reopens one that had ended otherwise than by
 * Graph. Harmless when repeated.
 *
 * A call that nobody is known to keep alive gets a keepAlive here, which shows whether there is such a call; one whose
 * run before still finishes, each time it is registered. Whatever Graph says but that it knows no such call, the
 * orchestration starts, and tries again. While the engine does not answer, the record of a call that was unknown is
 * written all the same: reconcileCalls keeps the call alive by it.
 * Shape: what is known of the call, when it started (ms; undefined = not known, so that a keepAlive is due at once)
 * → the outcome and the record.  Errors: CallStoreError, DurableCallsError, RecordConflictError; may then be repeated.
 * Effects: one status request, one read, one POST to Graph, up to two writes of the record, one `startNew`, two events;
 * those of endCall when Graph does not know the call.
 */
export async function registerCall(
  effects: KeepAliveNowEffects,
  seen: CallSighting,
  startedAtMs: number | undefined,
): Promise<{ readonly outcome: Registration; readonly record: CallRecord | undefined }> {
  const { store, clock } = effects;
  // In this order: a record that is read after the instance may be of a run that began in between.
  const known = await store.read(seen.callId);
  const { instance, failure } = await askEngine(effects, seen.callId);
  const isLive = isLiveInstance(instance);
  if (known?.record.endReason === 'terminated') return { outcome: 'terminated', record: known.record };
  const isKeptAlive = isLive && !instance?.isEnding && known?.record.phase !== 'ended';
  const first = isKeptAlive ? {} : await sendFirst(effects, seen, known?.record);
  if (first === 'gone') return { outcome: 'notFound', record: known?.record };
  const nowMs = clock.nowMs();
  const reopen = (row: CallRecord | undefined) => {
    const mayRun = isLive || (failure !== undefined && row !== undefined);
    // The instance that somebody else is starting must find the run that it is started for.
    const isOthers = isOfAnotherRun(row, known?.record) || (row !== undefined && isBeingStarted(row, nowMs));
    if (mayRun || isOthers || isFinishing(row, known?.record)) return confirmCall(row, seen, nowMs);
    const reopened = reopenCall(row, seen, { startedAtMs, nowMs, maximumGapMs: effects.limits.maximumGapMs });
    return reopened && { ...reopened, ...first };
  };
  // As it was read a moment ago; the ETag, or the insert, tells when it is no longer so.
  const expected = known === undefined ? { mayBeNew: true } : { known };
  const { after: record, stored } = await updateRecord(store, seen.callId, reopen, expected);
  if (record?.endReason === 'terminated') return { outcome: 'terminated', record };
  if (failure !== undefined && record?.phase !== 'starting') throw failure;
  if (record === undefined || record.phase === 'ended' || (isLive && instance?.isEnding)) {
    return { outcome: 'finishing', record };
  }
  if (instance?.life === 'suspended') return { outcome: 'suspended', record };
  if (record.phase === 'active') return { outcome: 'running', record };
  const knownSinceMs = startedAtMs === undefined ? undefined : record.firstSeenAtMs;
  const beginning = { stored, nowMs, sinceMs: first.lastKeepAliveAtMs ?? knownSinceMs };
  return { outcome: await start(effects, record, beginning), record };
}

/** `sinceMs`: when Graph is known to have begun its 45 minutes, if that is known. */
async function start(
  effects: KeepAliveNowEffects,
  record: CallRecord,
  { stored, nowMs, sinceMs }: { stored: StoredCall | undefined; nowMs: number; sinceMs: number | undefined },
): Promise<Registration> {
  const { limits, log } = effects;
  const { callId, facts, lastKeepAliveAtMs } = record;
  const firstKeepAliveAtMs = toFirstKeepAliveAtMs(sinceMs, nowMs, limits.intervalMs);
  // Then somebody else has kept it alive up to now, and nobody knows when last: as a call whose start is not told.
  const isUnknown = callDeadlineMs({ record, instance: undefined }, limits) <= nowMs;
  const begun = isUnknown ? { ...record, firstSeenAtMs: nowMs } : record;
  const soFar = isUnknown ? { firstKeepAliveAtMs } : withoutAbsent({ lastKeepAliveAtMs, firstKeepAliveAtMs });
  const tell = once((outcome: string) => {
    const { tenantId, scenarioId } = facts;
    const instanceId = toInstanceId(callId);
    log({ event: 'call.registered', level: 'info', callId, instanceId, tenantId, scenarioId, outcome });
  });
  const started = await startInstance(effects, begun, soFar, { stored, tell });
  const outcome = started.outcome === 'ended' ? 'finishing' : started.outcome;
  tell(outcome);
  return outcome;
}

/** What the engine says of the call's instance, or why it says nothing. */
async function askEngine(
  { durable }: KeepAliveNowEffects,
  callId: CallId,
): Promise<{ readonly instance?: InstanceFacts | undefined; readonly failure?: unknown }> {
  try {
    const status = await durable.status(callId);
    return { instance: status && parseInstanceFacts(status) };
  } catch (failure) {
    return { failure };
  }
}

/**
 * The end of the run before is still to be closed and told, which a new run in the same row would make impossible. Closed
 * since it was read, it may just be told by an instance that was asked for too early.
 */
function isFinishing(row: CallRecord | undefined, known: CallRecord | undefined): boolean {
  return row?.phase === 'ended' && !(isFinished(row) && row.cleanedUpAtMs === known?.cleanedUpAtMs);
}

/** Somebody else registered or established the call since it was read: that run goes on. */
function isOfAnotherRun(row: CallRecord | undefined, known: CallRecord | undefined): boolean {
  const isRunning = row?.phase === 'starting' || row?.phase === 'active';
  return isRunning && row.establishedAtMs !== known?.establishedAtMs;
}

/**
 * Asks Graph by a keepAlive → what the record learns of it, or that there is no such call. Of a call that was only seen
 * Graph may not know yet: it stays open.
 */
async function sendFirst(
  effects: KeepAliveNowEffects,
  seen: CallSighting,
  known: CallRecord | undefined,
): Promise<Pick<CallRecord, 'lastKeepAliveAtMs' | 'otherKeepAlives'> | 'gone'> {
  const { callId } = seen;
  const graphCallId = known?.graphCallId ?? seen.graphCallId;
  const tenantId = seen.facts.tenantId ?? effects.homeTenantId;
  const namedTenantId = async () => known?.facts.namedTenantId;
  const outcome = classifyGraphAnswer(await effects.graph.keepAlive({ graphCallId, tenantId, namedTenantId }));
  effects.log(toKeepAliveEvent({ callId, by: 'operator' }, outcome));
  if (outcome.kind === 'alive') return { lastKeepAliveAtMs: outcome.sentAtMs, otherKeepAlives: 1 };
  if (outcome.kind !== 'gone') return {};
  if (known?.phase === 'starting' || known?.phase === 'active') await endCall(effects, seen, { reason: 'notFound' });
  return 'gone';
}

function toFirstKeepAliveAtMs(sinceMs: number | undefined, nowMs: number, intervalMs: number): number {
  return sinceMs === undefined ? nowMs : Math.max(nowMs, sinceMs + intervalMs);
}
