import { withoutAbsent } from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import { type CallLoss, toCallLoss } from '../call-record/call-loss.ts';
import type { CallRecord, RecordedEndReason } from '../call-record/call-record.ts';
import { failuresInARow, keepAlivesOf } from '../call-record/heartbeat.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import type { CallEnded } from '../keepalive/keepalive-state.ts';
import { isLiveInstance } from '../reconcile/instance-facts.ts';
import { callDeadlineMs, lastSuccessMs } from '../reconcile/stuck-call.ts';
import type { CallInstanceView } from './instance-view.ts';

/**
 * `observed`: not established, nothing is sent. `starting`: its orchestration is being started. `waiting`: all is well.
 * `retrying`: the last try failed. `overdue`: no success for 45 minutes. `suspended`: its orchestration is. `unattended`:
 * no orchestration runs for it, though one should. `lost`: over for want of a keepAlive. `ended`: over.
 */
export const CALL_STATES = [
  'observed',
  'starting',
  'waiting',
  'retrying',
  'overdue',
  'suspended',
  'unattended',
  'lost',
  'ended',
] as const;
export type CallState = (typeof CALL_STATES)[number];

/** `late`: a keepAlive that was due was not sent. `failing`: tries fail, or nobody tries. `overdue`: Graph may drop it any moment. */
export const CALL_DANGERS = ['none', 'late', 'failing', 'overdue'] as const;
export type CallDanger = (typeof CALL_DANGERS)[number];

/**
 * What two stores say of one call; at least one of them knows it. The record says how the call stands; the instance is
 * asked for more where there is trouble.
 */
export interface CallSources {
  readonly callId: CallId;
  readonly record: CallRecord | undefined;
  /** `none`: there is no instance. Undefined: the engine was not asked, or did not answer. */
  readonly instance: CallInstanceView | 'none' | undefined;
}

/** How a call stands now. Instants in ms since the epoch. */
export interface CallStanding {
  readonly state: CallState;
  readonly danger: CallDanger;
  /** Successes, whoever sent them. */
  readonly keepAlives: number;
  readonly consecutiveFailures: number;
  readonly lastFailure?: { readonly atMs: number; readonly reason: string };
  readonly firstSeenAtMs?: number;
  readonly lastKeepAliveAtMs?: number;
  readonly nextKeepAliveAtMs?: number;
  readonly deadlineAtMs?: number;
  readonly endedAtMs?: number;
  readonly ended?: KnownEnd;
  readonly loss?: CallLoss;
}

/** Queues are looked at every 10 s and a request may take 30 s: less than this after its due time is no lateness. */
const SMALLEST_LATENESS_MS = 2_000;

/** Shape: record and instance as read, now, the limits of calls → how the call stands.  Errors: none. */
export function toCallStanding(sources: CallSources, nowMs: number, limits: KeepaliveLimits): CallStanding {
  const { record } = sources;
  const instance = instanceOf(sources);
  const lastKeepAliveAtMs = lastSuccessMs(record, instance);
  const facts = {
    keepAlives: Math.max(
      record === undefined ? 0 : keepAlivesOf(record),
      (instance?.sums.keepAlives ?? 0) + (record?.otherKeepAlives ?? 0),
    ),
    ...withoutAbsent({ firstSeenAtMs: record?.firstSeenAtMs, lastKeepAliveAtMs }),
  };
  const base = toBaseState(sources);
  if (base === 'ended') return { ...facts, ...endedStanding(sources, limits) };
  if (base === 'observed') return { state: 'observed', danger: 'none', consecutiveFailures: 0, ...facts };
  const deadlineAtMs = latest(callDeadlineMs({ record, instance }, limits), instance?.deadlineAtMs) ?? 0;
  const { consecutiveFailures, lastFailure } = failuresOf(record, instance, lastKeepAliveAtMs ?? 0);
  const nextKeepAliveAtMs = base === 'waiting' ? nextDueMs(record, instance, consecutiveFailures, limits) : undefined;
  const isLate = isPlainlyLate(record, instance, nextKeepAliveAtMs, nowMs, limits);
  return {
    ...facts,
    ...toStateAndDanger(base, { isOverdue: nowMs >= deadlineAtMs, isFailing: consecutiveFailures > 0, isLate }),
    consecutiveFailures,
    deadlineAtMs,
    ...withoutAbsent({ nextKeepAliveAtMs, lastFailure }),
  };
}

function instanceOf({ instance }: CallSources): CallInstanceView | undefined {
  return instance === 'none' ? undefined : instance;
}

/** How a call ended: its record may know more than its orchestration. */
type KnownEnd = Omit<CallEnded, 'reason'> & { readonly reason: RecordedEndReason };

function endedStanding(sources: CallSources, limits: KeepaliveLimits) {
  const { record } = sources;
  const endedAtMs = record?.endedAtMs ?? instanceOf(sources)?.lastUpdatedAtMs;
  const loss = record === undefined ? undefined : toCallLoss(record, limits);
  return {
    state: loss === undefined ? ('ended' as const) : ('lost' as const),
    danger: 'none' as const,
    consecutiveFailures: 0,
    ...withoutAbsent({ endedAtMs, ended: toEnded(sources), loss }),
  };
}

type BaseState = 'observed' | 'starting' | 'waiting' | 'suspended' | 'unattended' | 'ended';

function toBaseState(sources: CallSources): BaseState {
  const { record } = sources;
  const instance = instanceOf(sources);
  if (record?.phase === 'ended') return 'ended';
  if (instance !== undefined && isLiveInstance(instance)) {
    if (instance.isEnding) return 'ended';
    if (instance.life === 'suspended') return 'suspended';
    return instance.life === 'pending' ? 'starting' : 'waiting';
  }
  if (record?.phase === 'observed' || record?.phase === 'starting') return record.phase;
  const hasFinished = instance?.life === 'completed' || instance?.life === 'terminated';
  if (hasFinished) return 'ended';
  return sources.instance === undefined ? 'waiting' : 'unattended';
}

function toStateAndDanger(
  base: Exclude<BaseState, 'observed' | 'ended'>,
  { isOverdue, isFailing, isLate }: { isOverdue: boolean; isFailing: boolean; isLate: boolean },
): { readonly state: CallState; readonly danger: CallDanger } {
  const isLeftAlone = base === 'unattended' || base === 'suspended';
  const danger = isOverdue ? 'overdue' : isFailing || isLeftAlone ? 'failing' : isLate ? 'late' : 'none';
  if (base !== 'waiting') return { state: base, danger };
  return { state: isOverdue ? 'overdue' : isFailing ? 'retrying' : 'waiting', danger };
}

/** Failures since the last success, as the record has them; the instance knows of more when the record could not be written. */
function failuresOf(
  record: CallRecord | undefined,
  instance: CallInstanceView | undefined,
  lastSuccessAtMs: number,
): Pick<CallStanding, 'consecutiveFailures' | 'lastFailure'> {
  const told = instance?.lastFailure;
  const toldAtMs = told === undefined ? 0 : Date.parse(told.at);
  const recordedAtMs = record?.lastFailureAtMs ?? 0;
  if (Math.max(toldAtMs, recordedAtMs) <= lastSuccessAtMs) return { consecutiveFailures: 0 };
  if (told !== undefined && toldAtMs >= recordedAtMs) {
    const lastFailure = { atMs: toldAtMs, reason: told.reason };
    return { consecutiveFailures: instance?.consecutiveFailures ?? 0, lastFailure };
  }
  const lastFailure = { atMs: recordedAtMs, reason: record?.lastFailureReason ?? 'unknown' };
  return { consecutiveFailures: record === undefined ? 0 : failuresInARow(record), lastFailure };
}

/** While tries fail, only the instance knows when it tries again. */
function nextDueMs(
  record: CallRecord | undefined,
  instance: CallInstanceView | undefined,
  failures: number,
  limits: KeepaliveLimits,
): number | undefined {
  if (instance?.nextKeepAliveAtMs !== undefined) return instance.nextKeepAliveAtMs;
  if (record === undefined || instance !== undefined || failures > 0) return undefined;
  const lastProofMs = lastSuccessMs(record, undefined) ?? record.firstSeenAtMs;
  return Math.max(lastProofMs + limits.intervalMs, record.establishedAtMs ?? 0);
}

function isPlainlyLate(
  record: CallRecord | undefined,
  instance: CallInstanceView | undefined,
  nextKeepAliveAtMs: number | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): boolean {
  const dueAtMs = nextKeepAliveAtMs ?? record?.establishedAtMs ?? instance?.lastUpdatedAtMs ?? nowMs;
  return nowMs - dueAtMs >= Math.max(2 * limits.largestDelayMs, SMALLEST_LATENESS_MS);
}

function toEnded(sources: CallSources): KnownEnd | undefined {
  const { record } = sources;
  const instance = instanceOf(sources);
  if (record?.endReason === undefined) {
    return instance?.life === 'terminated' ? { reason: 'stopped' } : instance?.ended;
  }
  const resultInfo = record.resultInfo ?? instance?.ended?.resultInfo;
  return { reason: record.endReason, ...(resultInfo === undefined ? {} : { resultInfo }) };
}

function latest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
