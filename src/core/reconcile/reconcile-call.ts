import { type CallRecord, type CallSums, toEndReason } from '../call-record/call-record.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import type { CallEnded } from '../keepalive/keepalive-state.ts';
import { type InstanceFacts, isLiveInstance } from './instance-facts.ts';
import { isBeingStarted, PROBE_AFTER_MS, UNDER_WAY_MS } from './next-look.ts';
import {
  type CallSituation,
  isExpired,
  lastSuccessMs,
  RESCUE_LASTS_MS,
  type StuckReason,
  stuckReason,
} from './stuck-call.ts';

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
  /** End the call in its record, and terminate its instance, which does not come to its end. */
  | { readonly kind: 'terminate'; readonly ended: CallEnded };

/** What it may do besides: hang up a call in which the bot is alone. */
export type ReconcileKind = ReconcileAction['kind'] | 'hangUp';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const REPEATED_END_WORKS_WITHIN_MS = 4 * MINUTE_MS;
/** Clean-up and delivery of `call.ended` try again at least once an hour, for a day each. */
const NO_STEP_WHILE_ENDING_MS = 25 * HOUR_MS;
const MOST_RESTARTS = 3;
/** What a host that died had fetched comes back after a minute, and it is replaced within two. */
const LATE_ORDERS_COME_WITHIN_MS = 4 * MINUTE_MS;
/** Where a call's time runs faster, as on a developer's machine, nobody waits longer than for this part of its 45 minutes. */
const LATE_ORDERS_COME_WITHIN_SHARE = 1 / 10;

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
  if (record.phase === 'ended') return afterEnd(record, instance, nowMs, limits);
  if (isBeingStarted(record, nowMs)) return NOTHING;
  switch (instance?.life) {
    case undefined:
      return record.phase === 'observed' ? afterSight(record, nowMs, limits) : start(record, instance, nowMs, limits);
    case 'completed':
      return { kind: 'close', ended: instance.ended ?? { reason: 'expired' }, sums: instance.sums };
    case 'terminated':
      if (isTerminatedJustNow(instance, nowMs, limits)) return NOTHING;
      return { kind: 'close', ended: { reason: 'stopped' }, sums: instance.sums };
    case 'failed':
      return afterFailure(record, instance, nowMs, limits);
    case 'pending':
    case 'running':
    case 'suspended':
      return withLiveInstance(record, instance, nowMs, limits);
  }
}

/** An operator may register a call anew: what is left of the run before says nothing of the new one. */
function isOfEarlierRun({ record, instance }: CallSituation): boolean {
  if (record?.phase !== 'starting' || instance === undefined || isLiveInstance(instance)) return false;
  return instance.lastUpdatedAtMs + SECOND_MS <= (record.establishedAtMs ?? 0);
}

function withoutRecord(instance: InstanceFacts | undefined, nowMs: number): ReconcileAction {
  if (instance === undefined || !isLiveInstance(instance)) return NOTHING;
  // While it cleans up it may be about to make the record itself.
  const isAtWork = instance.isEnding && nowMs - instance.lastUpdatedAtMs < NO_STEP_WHILE_ENDING_MS;
  return isAtWork ? NOTHING : { kind: 'rebuild' };
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

function afterEnd(
  record: CallRecord,
  instance: InstanceFacts | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): ReconcileAction {
  const ended: CallEnded = { reason: toEndReason(record.endReason ?? 'terminated') };
  const endedAtMs = record.endedAtMs ?? 0;
  if (instance === undefined || !isLiveInstance(instance)) {
    // Nobody is left to clean up: the instance failed, was terminated, or was never there.
    const wasStarted = record.establishedAtMs !== undefined || instance?.life === 'completed';
    const isLeftOver = record.cleanedUpAtMs === undefined && wasStarted;
    if (!isLeftOver || (instance === undefined && nowMs - endedAtMs < UNDER_WAY_MS)) return NOTHING;
    if (isTerminatedJustNow(instance, nowMs, limits)) return NOTHING;
    return { kind: 'close', ended, sums: instance?.sums ?? { keepAlives: 0 } };
  }
  if (instance.isEnding) return whileEnding(instance, nowMs, ended);
  if (nowMs - endedAtMs < UNDER_WAY_MS) return NOTHING;
  // One that began since then was not told. It may be the one that tells the webhook, which another look has just started.
  const toldSinceMs = Math.max(endedAtMs, instance.createdAtMs);
  if (record.endRepeatedAtMs === undefined || record.endRepeatedAtMs < toldSinceMs) return { kind: 'repeatEnd' };
  if (nowMs - record.endRepeatedAtMs < REPEATED_END_WORKS_WITHIN_MS) return NOTHING;
  return { kind: 'terminate', ended };
}

/** Another order to terminate it may still be on its way: it would meet the instance that tells the webhook of the end. */
function isTerminatedJustNow(
  instance: InstanceFacts | undefined,
  nowMs: number,
  { maximumGapMs }: KeepaliveLimits,
): boolean {
  if (instance?.life !== 'terminated') return false;
  const comeWithinMs = Math.min(LATE_ORDERS_COME_WITHIN_MS, maximumGapMs * LATE_ORDERS_COME_WITHIN_SHARE);
  return nowMs - instance.lastUpdatedAtMs < comeWithinMs;
}

/** An instance that cleans up and delivers `call.ended` has a day for each, as long as it takes steps. */
function whileEnding(instance: InstanceFacts, nowMs: number, known: CallEnded | undefined): ReconcileAction {
  if (nowMs - instance.lastUpdatedAtMs < NO_STEP_WHILE_ENDING_MS) return NOTHING;
  return { kind: 'terminate', ended: known ?? instance.ended ?? { reason: 'expired' } };
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
