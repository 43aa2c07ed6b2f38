import { type RememberedOutcome, toOutcomeText } from './keep-alive-outcome.ts';
import {
  type CallEnded,
  deadlineMs,
  type KeepaliveState,
  lastProofOfLifeMs,
  type RecentKeepAlive,
} from './keepalive-state.ts';
import { type FailedOutcome, nextAttemptMs } from './next-attempt.ts';

/** `waiting`: all is well. `retrying`: the last try failed. `overdue`: the deadline has passed without a success. */
export type KeepalivePhase = 'waiting' | 'retrying' | 'overdue' | 'ended';

/** What the orchestration does next. */
export type KeepaliveStep =
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'keepAlive' }
  | { readonly kind: 'end'; readonly ended: CallEnded };

const RECENT_KEPT = 12;
/** So many overdue intervals late a try was not held up by queues: the loop slept. */
const SLEEP_INTERVALS = 2;

/**
 * Decides the next step of one call.
 *
 * Shape: state, now → wait until an instant | send keepAlive | end.  Units: ms since the epoch.  Errors: none.
 */
export function nextStep(state: KeepaliveState, nowMs: number): KeepaliveStep {
  if (state.ended !== undefined) return { kind: 'end', ended: state.ended };
  if (nowMs >= expiresAtMs(state, nowMs)) return { kind: 'end', ended: { reason: 'expired' } };
  if (nowMs >= state.nextKeepAliveAtMs) return { kind: 'keepAlive' };
  return { kind: 'wait', untilMs: state.nextKeepAliveAtMs };
}

/**
 * Takes in what one keepAlive brought.
 *
 * Shape: state, outcome, now → the next state.  `nowMs` is the orchestration's clock after the activity; the instant of
 * a success is when the request was sent, but never later than now nor earlier than it was due, whatever clock the
 * activity's machine had. A success that somebody else obtained counts as if it were the loop's own.  Errors: none.
 */
export function advance(known: KeepaliveState, outcome: RememberedOutcome, nowMs: number): KeepaliveState {
  const state = withKnownSuccess(known, outcome, nowMs);
  const tried = { ...state, attempts: state.attempts + 1, recent: withRecent(state, outcome, nowMs) };
  switch (outcome.kind) {
    case 'alive':
      return afterSuccess(tried, outcome, nowMs);
    case 'gone':
      return end(tried, { reason: 'notFound' });
    case 'unclear':
      return isConfirmedGone(state, nowMs)
        ? { ...end(tried, { reason: 'notFound' }), misconfigurationSuspected: true }
        : { ...afterFailure(tried, outcome, nowMs), firstUnclearAtMs: state.firstUnclearAtMs ?? nowMs };
    case 'denied':
    case 'retry':
      return afterFailure(tried, outcome, nowMs);
  }
}

/** The state once the call has ended. The first reason stays. */
export function end(state: KeepaliveState, ended: CallEnded): KeepaliveState {
  return state.ended === undefined ? { ...state, ended } : state;
}

export function toPhase(state: KeepaliveState, nowMs: number): KeepalivePhase {
  if (state.ended !== undefined) return 'ended';
  if (nowMs >= deadlineMs(state)) return 'overdue';
  return state.consecutiveFailures > 0 ? 'retrying' : 'waiting';
}

/** Calls that an older release started go on without: it did not know of successes outside the loop. */
function withKnownSuccess(
  state: KeepaliveState,
  { lastSuccessAtMs }: RememberedOutcome,
  nowMs: number,
): KeepaliveState {
  if (lastSuccessAtMs === undefined || state.limits.expireAfterTryingMs === undefined) return state;
  const lastKeepAliveAtMs = Math.min(lastSuccessAtMs, nowMs);
  if (!(lastKeepAliveAtMs > lastProofOfLifeMs(state))) return state;
  return { ...withoutTrouble(state), lastKeepAliveAtMs };
}

function afterSuccess(
  state: KeepaliveState,
  outcome: Extract<RememberedOutcome, { kind: 'alive' }>,
  nowMs: number,
): KeepaliveState {
  const succeededAtMs = Math.min(nowMs, Math.max(outcome.sentAtMs, state.nextKeepAliveAtMs, lastProofOfLifeMs(state)));
  return {
    ...withoutTrouble(state),
    ...(outcome.tenantId === undefined ? {} : { tenantId: outcome.tenantId }),
    keepAlives: state.keepAlives + 1,
    consecutiveFailures: 0,
    lastKeepAliveAtMs: succeededAtMs,
    worstMarginMs: Math.min(deadlineMs(state) - succeededAtMs, state.worstMarginMs ?? Number.POSITIVE_INFINITY),
    nextKeepAliveAtMs: succeededAtMs + state.limits.intervalMs,
  };
}

/** A success refutes the doubt, and ends the series of failures. */
function withoutTrouble(state: KeepaliveState): KeepaliveState {
  const { firstUnclearAtMs: _refuted, failingSinceMs: _over, ...rest } = state;
  return rest;
}

function afterFailure(state: KeepaliveState, outcome: FailedOutcome, nowMs: number): KeepaliveState {
  return {
    ...state,
    failingSinceMs: triesSinceMs(state, nowMs),
    consecutiveFailures: state.consecutiveFailures + 1,
    lastFailure: { atMs: nowMs, reason: toOutcomeText(outcome) },
    nextKeepAliveAtMs: nextAttemptMs(state, outcome, nowMs),
  };
}

function isConfirmedGone(state: KeepaliveState, nowMs: number): boolean {
  const { confirmGoneAfterMs, confirmGoneAfterDeadlineMs } = state.limits;
  if (state.firstUnclearAtMs === undefined || nowMs - state.firstUnclearAtMs < confirmGoneAfterMs) return false;
  return confirmGoneAfterDeadlineMs === undefined || nowMs >= deadlineMs(state) + confirmGoneAfterDeadlineMs;
}

/** Whoever slept has to try again before he judges. */
function triesSinceMs(state: KeepaliveState, nowMs: number): number {
  return hasSlept(state, nowMs) ? nowMs : (state.failingSinceMs ?? nowMs);
}

function hasSlept({ nextKeepAliveAtMs, limits }: KeepaliveState, nowMs: number): boolean {
  return nowMs - nextKeepAliveAtMs > SLEEP_INTERVALS * limits.overdueIntervalMs;
}

function expiresAtMs(state: KeepaliveState, nowMs: number): number {
  const { expireAfterMs, expireAfterTryingMs, maximumCallMs } = state.limits;
  const triedEnoughAtMs = expireAfterTryingMs === undefined ? 0 : triesSinceMs(state, nowMs) + expireAfterTryingMs;
  const givenUpAtMs = Math.max(lastProofOfLifeMs(state) + expireAfterMs, triedEnoughAtMs);
  return maximumCallMs === undefined ? givenUpAtMs : Math.min(givenUpAtMs, state.firstSeenAtMs + maximumCallMs);
}

function withRecent(state: KeepaliveState, outcome: RememberedOutcome, nowMs: number): readonly RecentKeepAlive[] {
  const recent: RecentKeepAlive = {
    atMs: Math.min(outcome.sentAtMs, nowMs),
    result: toOutcomeText(outcome),
    ms: outcome.durationMs,
    ...(outcome.requestId === undefined ? {} : { requestId: outcome.requestId }),
  };
  return [...state.recent.slice(1 - RECENT_KEPT), recent];
}
