import type { CallRecord, CallSums } from './call-record.ts';
import { type InstanceFacts, isLiveInstance } from './instance-facts.ts';
import type { KeepaliveLimits } from './keepalive-limits.ts';
import type { CallEnded } from './keepalive-state.ts';

/** What two stores say of one call; each may know nothing of it. */
export interface CallSituation {
  readonly record: CallRecord | undefined;
  readonly instance: InstanceFacts | undefined;
}

/** Why an instance cannot be relied on to send its keepAlive. */
export type StuckReason = 'overdue' | 'pending' | 'suspended' | 'failed';

/** What the reconciler does about a call. Instants in ms since the epoch. */
export type ReconcileAction =
  | { readonly kind: 'nothing' }
  /** Start the orchestration (again); one that is there already is as good. */
  | {
      readonly kind: 'start';
      readonly hasFailed: boolean;
      readonly lastKeepAliveAtMs: number | undefined;
      readonly firstKeepAliveAtMs: number;
    }
  /** Send the keepAlive that the instance does not send. */
  | { readonly kind: 'rescue'; readonly stuck: StuckReason }
  /** Ask Graph, by a keepAlive, whether a call that was never established is there. */
  | { readonly kind: 'probe' }
  /** Make the missing record from the instance's input. */
  | { readonly kind: 'rebuild' }
  /** End the call, and tell its instance. */
  | { readonly kind: 'end'; readonly ended: CallEnded }
  /** Tell the instance once more that the call has ended. */
  | { readonly kind: 'repeatEnd' }
  /** Do the clean-up that the instance cannot do any more. */
  | { readonly kind: 'close'; readonly ended: CallEnded; readonly sums: CallSums }
  /** The same for an instance that does not come to its end; then terminate it. */
  | { readonly kind: 'terminate'; readonly ended: CallEnded; readonly sums: CallSums };

export type ReconcileKind = ReconcileAction['kind'];

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A start or an end that is younger may be under way at this moment. */
const UNDER_WAY_MS = MINUTE_MS;
/** Longer than ringing and most lobbies last. */
const PROBE_AFTER_MS = 10 * MINUTE_MS;
const OVERDUE_AFTER_MS = 5 * MINUTE_MS;
/** The next reconciliation comes that much later: what is due until then is done now. */
const NEXT_RUN_AFTER_MS = 5 * MINUTE_MS;
/** So near the deadline a keepAlive counts as overdue as soon as it is plainly late. */
const LAST_STRETCH_MS = NEXT_RUN_AFTER_MS + MINUTE_MS;
const PLAINLY_LATE_MS = 30 * SECOND_MS;
const RESCUE_LASTS_MS = 10 * MINUTE_MS;
const REPEATED_END_WORKS_WITHIN_MS = 4 * MINUTE_MS;
/** Clean-up and delivery of `call.ended` try again at least once an hour, for a day each. */
const NO_STEP_WHILE_ENDING_MS = 25 * HOUR_MS;
const MOST_RESTARTS = 3;

const NOTHING: ReconcileAction = { kind: 'nothing' };

/**
 * Decides what is to be done about one call: the table of cases (state of the record × state of the instance).
 *
 * Shape: record and instance as read, now, the limits of calls → one action.  Units: ms since the epoch.  Errors: none.
 * An ended record is never started again, and an instance that works is left alone.
 */
export function reconcileCall(situation: CallSituation, nowMs: number, limits: KeepaliveLimits): ReconcileAction {
  const { record } = situation;
  const instance = isOfEarlierRun(situation) ? undefined : situation.instance;
  if (record === undefined) return withoutRecord(instance, nowMs);
  if (record.phase === 'ended') return afterEnd(record, instance, nowMs);
  if (record.phase === 'starting' && nowMs - (record.establishedAtMs ?? record.firstSeenAtMs) < UNDER_WAY_MS)
    return NOTHING;
  switch (instance?.life) {
    case undefined:
      return record.phase === 'observed' ? afterSight(record, nowMs, limits) : start(record, instance, nowMs, limits);
    case 'completed':
      return { kind: 'close', ended: instance.ended ?? { reason: 'expired' }, sums: instance.sums };
    case 'terminated':
      return { kind: 'close', ended: { reason: 'stopped' }, sums: instance.sums };
    case 'failed':
      return afterFailure(record, instance, nowMs, limits);
    case 'pending':
    case 'running':
    case 'suspended':
      return withLiveInstance(record, instance, nowMs, limits);
  }
}

/** When Graph ends the call if no keepAlive succeeds before, as far as record and instance know. */
export function callDeadlineMs({ record, instance }: CallSituation, limits: KeepaliveLimits): number {
  const lastKeepAliveAtMs = lastSuccessMs(record, instance) ?? 0;
  return Math.max(lastKeepAliveAtMs, record?.firstSeenAtMs ?? 0) + limits.maximumGapMs;
}

/** An operator may register a call anew: what is left of the run before says nothing of the new one. */
function isOfEarlierRun({ record, instance }: CallSituation): boolean {
  if (record?.phase !== 'starting' || instance === undefined || isLiveInstance(instance)) return false;
  return instance.lastUpdatedAtMs + SECOND_MS <= (record.establishedAtMs ?? 0);
}

function withoutRecord(instance: InstanceFacts | undefined, nowMs: number): ReconcileAction {
  if (instance === undefined || !isLiveInstance(instance)) return NOTHING;
  return instance.isEnding ? whileEnding(instance, nowMs, undefined) : { kind: 'rebuild' };
}

function withLiveInstance(
  record: CallRecord,
  instance: InstanceFacts,
  nowMs: number,
  limits: KeepaliveLimits,
): ReconcileAction {
  if (instance.isEnding) return whileEnding(instance, nowMs, undefined);
  const stuck = stuckReason(record, instance, nowMs, limits);
  if (stuck !== undefined) return rescue(record, instance, stuck, nowMs, limits);
  return record.phase === 'active' ? NOTHING : start(record, instance, nowMs, limits);
}

function afterEnd(record: CallRecord, instance: InstanceFacts | undefined, nowMs: number): ReconcileAction {
  if (instance === undefined) return NOTHING;
  const ended: CallEnded = { reason: record.endReason ?? 'terminated' };
  const endedAtMs = record.endedAtMs ?? 0;
  if (!isLiveInstance(instance)) {
    const isLeftOver = instance.life === 'completed' && record.cleanedUpAtMs === undefined;
    return isLeftOver ? { kind: 'close', ended, sums: instance.sums } : NOTHING;
  }
  if (instance.isEnding) return whileEnding(instance, nowMs, ended);
  if (nowMs - endedAtMs < UNDER_WAY_MS) return NOTHING;
  if (record.endRepeatedAtMs === undefined || record.endRepeatedAtMs < endedAtMs) return { kind: 'repeatEnd' };
  if (nowMs - record.endRepeatedAtMs < REPEATED_END_WORKS_WITHIN_MS) return NOTHING;
  return { kind: 'terminate', ended, sums: instance.sums };
}

/** An instance that cleans up and delivers `call.ended` has a day for each, as long as it takes steps. */
function whileEnding(instance: InstanceFacts, nowMs: number, known: CallEnded | undefined): ReconcileAction {
  if (nowMs - instance.lastUpdatedAtMs < NO_STEP_WHILE_ENDING_MS) return NOTHING;
  return { kind: 'terminate', ended: known ?? instance.ended ?? { reason: 'expired' }, sums: instance.sums };
}

function afterSight(record: CallRecord, nowMs: number, limits: KeepaliveLimits): ReconcileAction {
  if (nowMs - record.firstSeenAtMs < PROBE_AFTER_MS) return NOTHING;
  if (isExpired(record, undefined, nowMs, limits)) return { kind: 'end', ended: { reason: 'expired' } };
  return { kind: 'probe' };
}

function afterFailure(
  record: CallRecord,
  instance: InstanceFacts,
  nowMs: number,
  limits: KeepaliveLimits,
): ReconcileAction {
  if ((record.restarts ?? 0) < MOST_RESTARTS) return start(record, instance, nowMs, limits);
  const lastKeepAliveAtMs = lastSuccessMs(record, instance);
  if (lastKeepAliveAtMs !== undefined && nowMs - lastKeepAliveAtMs < RESCUE_LASTS_MS) return NOTHING;
  return rescue(record, instance, 'failed', nowMs, limits);
}

function start(
  record: CallRecord,
  instance: InstanceFacts | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): ReconcileAction {
  const lastKeepAliveAtMs = lastSuccessMs(record, instance);
  const firstKeepAliveAtMs = Math.max(
    nowMs,
    lastKeepAliveAtMs === undefined ? nowMs : lastKeepAliveAtMs + limits.intervalMs,
  );
  return { kind: 'start', hasFailed: instance?.life === 'failed', lastKeepAliveAtMs, firstKeepAliveAtMs };
}

function rescue(
  record: CallRecord,
  instance: InstanceFacts,
  stuck: StuckReason,
  nowMs: number,
  limits: KeepaliveLimits,
): ReconcileAction {
  return isExpired(record, instance, nowMs, limits)
    ? { kind: 'end', ended: { reason: 'expired' } }
    : { kind: 'rescue', stuck };
}

function stuckReason(
  record: CallRecord,
  instance: InstanceFacts,
  nowMs: number,
  limits: KeepaliveLimits,
): StuckReason | undefined {
  if (record.lastRescueAtMs !== undefined && nowMs - record.lastRescueAtMs < RESCUE_LASTS_MS) return undefined;
  const lateMs = nowMs - (instance.nextKeepAliveAtMs ?? instance.lastUpdatedAtMs);
  // A suspended instance will not send what is due before the next run.
  if (instance.life === 'suspended') return lateMs >= -NEXT_RUN_AFTER_MS ? 'suspended' : undefined;
  const leftMs = callDeadlineMs({ record, instance }, limits) - nowMs;
  if (lateMs < OVERDUE_AFTER_MS && (lateMs < PLAINLY_LATE_MS || leftMs > LAST_STRETCH_MS)) return undefined;
  return instance.life === 'pending' ? 'pending' : 'overdue';
}

/** As the orchestration itself gives a call up; one of which no success is known has a day from its last step on. */
function isExpired(
  record: CallRecord,
  instance: InstanceFacts | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): boolean {
  const { expireAfterMs, maximumCallMs = Number.POSITIVE_INFINITY } = limits;
  const lastProofMs = Math.max(lastSuccessMs(record, instance) ?? instance?.lastUpdatedAtMs ?? 0, record.firstSeenAtMs);
  return nowMs >= lastProofMs + expireAfterMs || nowMs >= record.firstSeenAtMs + maximumCallMs;
}

function lastSuccessMs(record: CallRecord | undefined, instance: InstanceFacts | undefined): number | undefined {
  const known = [instance?.sums.lastKeepAliveAtMs, record?.lastKeepAliveAtMs, record?.lastRescueAtMs];
  const instants = known.filter((instant) => instant !== undefined);
  return instants.length === 0 ? undefined : Math.max(...instants);
}
