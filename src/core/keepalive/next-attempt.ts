import type { RememberedOutcome } from './keep-alive-outcome.ts';
import { deadlineMs, type KeepaliveState } from './keepalive-state.ts';

/** A failed try: every outcome after which the call is neither alive for certain nor gone. */
export type FailedOutcome = Extract<RememberedOutcome, { kind: 'retry' | 'denied' | 'unclear' }>;

/**
 * When to try again after a failure: the one place that decides a retry.
 *
 * Before the last stretch: the outcome's own delay, but never past the start of that stretch. Inside it: half of what
 * is left, or less, and never so long that a minute in which Graph accepts is stepped over. Past the deadline: every
 * `overdueIntervalMs`, for Graph may still hold the call.
 *
 * Shape: the state before the failure, the failure, now → instant in ms, always later than now.  Errors: none.
 */
export function nextAttemptMs(state: KeepaliveState, outcome: FailedOutcome, nowMs: number): number {
  const { limits } = state;
  const deadline = deadlineMs(state);
  if (nowMs >= deadline) return nowMs + limits.overdueIntervalMs;
  const delayMs = Math.max(limits.smallestDelayMs, delayAfterMs(state, outcome));
  const lastStretchAtMs = deadline - limits.lastStretchMs;
  if (nowMs < lastStretchAtMs) {
    return Math.max(nowMs + limits.smallestDelayMs, Math.min(nowMs + delayMs, lastStretchAtMs));
  }
  const soonMs = Math.min(delayMs, longestDelayMs(state, outcome), (deadline - nowMs) / 2);
  return nowMs + Math.max(limits.smallestDelayMs, soonMs);
}

/** What is left of the longest pause when the answer took its time. */
function longestDelayMs({ limits }: KeepaliveState, outcome: FailedOutcome): number {
  return limits.longestPauseMs === undefined ? Number.POSITIVE_INFINITY : limits.longestPauseMs - outcome.durationMs;
}

function delayAfterMs(state: KeepaliveState, outcome: FailedOutcome): number {
  const { limits } = state;
  switch (outcome.kind) {
    case 'denied':
      return limits.intervalMs; // waiting cures neither consent nor a wrong tenant, and hammering does no good
    case 'unclear':
      return (limits.unclearIntervalMs ?? limits.confirmGoneAfterMs) + limits.smallestDelayMs; // timers may fire up to 1 s early
    case 'retry':
      return outcome.afterMs === undefined
        ? Math.min(backOffMs(state), longestDelayMs(state, outcome))
        : Math.ceil(outcome.afterMs) + limits.retryAfterMarginMs;
  }
}

/** Doubles from the first delay to the largest, spread by ±20 % so that calls refused together do not return together. */
function backOffMs(state: KeepaliveState): number {
  const { limits, consecutiveFailures } = state;
  const doubled = limits.firstDelayMs * 2 ** Math.min(consecutiveFailures, 30);
  return Math.min(doubled, limits.largestDelayMs) * jitter(`${state.callId}:${state.attempts}`);
}

/** 0.8 to 1.2, always the same for the same text: randomness that replay can repeat. FNV-1a, 32 bits. */
function jitter(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return 0.8 + 0.4 * ((hash >>> 0) / 2 ** 32);
}
