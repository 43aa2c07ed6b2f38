import { withoutAbsent } from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import type { CallRecord } from '../call-record/call-record.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import type { CallEnded } from '../keepalive/keepalive-state.ts';
import { isLiveInstance } from '../reconcile/instance-facts.ts';
import { callDeadlineMs } from '../reconcile/stuck-call.ts';
import type { CallInstanceView } from './instance-view.ts';

/**
 * `observed`: not established, nothing is sent. `starting`: its orchestration is being started. `waiting`: all is well.
 * `retrying`: the last try failed. `overdue`: no success for 45 minutes. `suspended`: its orchestration is. `lost`: no
 * orchestration runs for it, though one should. `ended`: over.
 */
export const CALL_STATES = [
  'observed',
  'starting',
  'waiting',
  'retrying',
  'overdue',
  'suspended',
  'lost',
  'ended',
] as const;
export type CallState = (typeof CALL_STATES)[number];

/** `late`: a keepAlive that was due was not sent. `failing`: tries fail, or nobody tries. `overdue`: Graph may drop it any moment. */
export const CALL_DANGERS = ['none', 'late', 'failing', 'overdue'] as const;
export type CallDanger = (typeof CALL_DANGERS)[number];

/** What two stores say of one call; at least one of them knows it. */
export interface CallSources {
  readonly callId: CallId;
  readonly record: CallRecord | undefined;
  readonly instance: CallInstanceView | undefined;
}

/** How a call stands now. Instants in ms since the epoch. */
export interface CallStanding {
  readonly state: CallState;
  readonly danger: CallDanger;
  readonly keepAlives: number;
  readonly consecutiveFailures: number;
  readonly failure?: string;
  readonly firstSeenAtMs?: number;
  readonly lastKeepAliveAtMs?: number;
  readonly nextKeepAliveAtMs?: number;
  readonly deadlineAtMs?: number;
  readonly endedAtMs?: number;
  readonly ended?: CallEnded;
}

/** Queues are looked at every 10 s and a request may take 30 s: less than this after its due time is no lateness. */
const SMALLEST_LATENESS_MS = 2_000;

/** Shape: record and instance as read, now, the limits of calls → how the call stands.  Errors: none. */
export function toCallStanding(sources: CallSources, nowMs: number, limits: KeepaliveLimits): CallStanding {
  const { record, instance } = sources;
  const base = toBaseState(sources);
  const lastKeepAliveAtMs = latest(record?.lastKeepAliveAtMs, record?.lastRescueAtMs, instance?.sums.lastKeepAliveAtMs);
  const facts = {
    keepAlives: Math.max(record?.keepAlives ?? 0, instance?.sums.keepAlives ?? 0),
    ...withoutAbsent({ firstSeenAtMs: record?.firstSeenAtMs, lastKeepAliveAtMs }),
  };
  if (base === 'ended') {
    const endedAtMs = record?.endedAtMs ?? instance?.lastUpdatedAtMs;
    return {
      state: 'ended',
      danger: 'none',
      consecutiveFailures: 0,
      ...facts,
      ...withoutAbsent({ endedAtMs, ended: toEnded(sources) }),
    };
  }
  if (base === 'observed') return { state: 'observed', danger: 'none', consecutiveFailures: 0, ...facts };
  const deadlineAtMs = latest(callDeadlineMs({ record, instance }, limits), instance?.deadlineAtMs) ?? 0;
  const nextKeepAliveAtMs = base === 'waiting' ? instance?.nextKeepAliveAtMs : undefined;
  const consecutiveFailures = instance?.consecutiveFailures ?? 0;
  const isLate = isPlainlyLate(sources, nextKeepAliveAtMs, nowMs, limits);
  return {
    ...facts,
    ...toStateAndDanger(base, { isOverdue: nowMs >= deadlineAtMs, isFailing: consecutiveFailures > 0, isLate }),
    consecutiveFailures,
    deadlineAtMs,
    ...withoutAbsent({ nextKeepAliveAtMs, failure: instance?.lastFailure?.reason }),
  };
}

type BaseState = 'observed' | 'starting' | 'waiting' | 'suspended' | 'lost' | 'ended';

function toBaseState({ record, instance }: CallSources): BaseState {
  if (record?.phase === 'ended') return 'ended';
  if (instance !== undefined && isLiveInstance(instance)) {
    if (instance.isEnding) return 'ended';
    if (instance.life === 'suspended') return 'suspended';
    return instance.life === 'pending' ? 'starting' : 'waiting';
  }
  if (record?.phase === 'observed' || record?.phase === 'starting') return record.phase;
  const hasFinished = instance?.life === 'completed' || instance?.life === 'terminated';
  return hasFinished ? 'ended' : 'lost';
}

function toStateAndDanger(
  base: Exclude<BaseState, 'observed' | 'ended'>,
  { isOverdue, isFailing, isLate }: { isOverdue: boolean; isFailing: boolean; isLate: boolean },
): { readonly state: CallState; readonly danger: CallDanger } {
  const isUnattended = base === 'lost' || base === 'suspended';
  const danger = isOverdue ? 'overdue' : isFailing || isUnattended ? 'failing' : isLate ? 'late' : 'none';
  if (base !== 'waiting') return { state: base, danger };
  return { state: isOverdue ? 'overdue' : isFailing ? 'retrying' : 'waiting', danger };
}

function isPlainlyLate(
  { record, instance }: CallSources,
  nextKeepAliveAtMs: number | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): boolean {
  const dueAtMs = nextKeepAliveAtMs ?? record?.establishedAtMs ?? instance?.lastUpdatedAtMs ?? nowMs;
  return nowMs - dueAtMs >= Math.max(2 * limits.largestDelayMs, SMALLEST_LATENESS_MS);
}

function toEnded({ record, instance }: CallSources): CallEnded | undefined {
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
