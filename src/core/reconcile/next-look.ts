import type { CallRecord } from '../call-record/call-record.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A start or an end that is younger may be under way at this moment. */
export const UNDER_WAY_MS = MINUTE_MS;
/** Longer than ringing and most lobbies last. */
export const PROBE_AFTER_MS = 10 * MINUTE_MS;
export const OVERDUE_AFTER_MS = 5 * MINUTE_MS;
/** The next reconciliation comes that much later: what is due until then is done now. */
export const NEXT_RUN_AFTER_MS = 5 * MINUTE_MS;
/** So near the deadline a keepAlive counts as overdue as soon as it is plainly late. */
export const LAST_STRETCH_MS = NEXT_RUN_AFTER_MS + MINUTE_MS;
export const PLAINLY_LATE_MS = 30 * SECOND_MS;

/**
 * When the reconciler has to look at a call, told by its record alone: a call seen and not established is probed, a start
 * or an end is followed, a success is missed. Undefined once nothing is left to do.
 *
 * Shape: record, limits → ms since the epoch.  Errors: none.
 */
export function nextLookAtMs(record: CallRecord, limits: KeepaliveLimits): number | undefined {
  const { phase, firstSeenAtMs, establishedAtMs, lastKeepAliveAtMs, lastRescueAtMs } = record;
  switch (phase) {
    case 'observed':
      return firstSeenAtMs + PROBE_AFTER_MS;
    case 'starting':
      return (establishedAtMs ?? firstSeenAtMs) + UNDER_WAY_MS;
    case 'active': {
      const lastKeepAliveMs = Math.max(lastKeepAliveAtMs ?? 0, lastRescueAtMs ?? 0);
      return lastKeepAliveMs > 0
        ? successOverdueAtMs(lastKeepAliveMs, limits)
        : firstSuccessOverdueAtMs(record, limits);
    }
    case 'ended':
      return isFinished(record) ? undefined : (record.endedAtMs ?? 0) + UNDER_WAY_MS;
  }
}

/** Its instance may be there in a moment: somebody is starting it. */
export function isBeingStarted({ phase, firstSeenAtMs, establishedAtMs }: CallRecord, nowMs: number): boolean {
  return phase === 'starting' && nowMs - (establishedAtMs ?? firstSeenAtMs) < UNDER_WAY_MS;
}

/** An ended call of which nothing is left to do: it was cleaned up, or never started. */
export function isFinished({ phase, cleanedUpAtMs, establishedAtMs }: CallRecord): boolean {
  return phase === 'ended' && (cleanedUpAtMs !== undefined || establishedAtMs === undefined);
}

/** The same of the first success. It is due at once when nobody told the call's start: it may be nearly 45 minutes old. */
export function firstSuccessOverdueAtMs(record: CallRecord, limits: KeepaliveLimits): number {
  const { firstSeenAtMs, establishedAtMs } = record;
  return establishedAtMs === firstSeenAtMs
    ? firstSeenAtMs + OVERDUE_AFTER_MS
    : successOverdueAtMs(firstSeenAtMs, limits, establishedAtMs);
}

/**
 * When the success that should follow this proof of life is missed: 5 minutes after it was due, sooner near the deadline.
 *
 * Shape: the last proof, the limits, the earliest instant at which anybody could send it → ms since the epoch.
 */
export function successOverdueAtMs(lastProofMs: number, limits: KeepaliveLimits, notBeforeMs = 0): number {
  const dueAtMs = Math.max(lastProofMs + limits.intervalMs, notBeforeMs);
  const lastStretchAtMs = lastProofMs + limits.maximumGapMs - LAST_STRETCH_MS;
  return Math.min(dueAtMs + OVERDUE_AFTER_MS, Math.max(dueAtMs + PLAINLY_LATE_MS, lastStretchAtMs));
}
