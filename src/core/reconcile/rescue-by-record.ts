import type { CallRecord } from '../call-record/call-record.ts';
import { failuresInARow, lastKeepAliveMs } from '../call-record/heartbeat.ts';
import { isUnclearText } from '../keepalive/keep-alive-outcome.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import { firstSuccessOverdueAtMs, PROBE_AFTER_MS, successOverdueAtMs } from './next-look.ts';
import { isExpired } from './stuck-call.ts';

/** A 404 that does not speak of the call may be a wrong address: no call is asked for more often on its account. */
const AFTER_STRANGE_404_MS = 15 * 60_000;

/**
 * Whether a keepAlive is sent straight from the record, while the engine does not tell of the call's instance: when a
 * success is missed. Nothing else may rest on half the knowledge.
 *
 * Shape: record as read, now, limits → yes or no.  Errors: none.
 */
export function needsRescueByRecord(record: CallRecord, nowMs: number, limits: KeepaliveLimits): boolean {
  if (record.phase === 'ended' || isExpired(record, undefined, nowMs, limits)) return false;
  return nowMs >= missedAtMs(record, limits) && !wasStrangeJustNow(record, nowMs);
}

function missedAtMs(record: CallRecord, limits: KeepaliveLimits): number {
  const { phase, firstSeenAtMs } = record;
  const lastMs = lastKeepAliveMs(record);
  if (lastMs !== undefined) return successOverdueAtMs(lastMs, limits);
  return phase === 'observed' ? firstSeenAtMs + PROBE_AFTER_MS : firstSuccessOverdueAtMs(record, limits);
}

function wasStrangeJustNow(record: CallRecord, nowMs: number): boolean {
  const { lastFailureAtMs = 0, lastFailureReason = '' } = record;
  const isLatest = failuresInARow(record) > 0 && isUnclearText(lastFailureReason);
  return isLatest && nowMs - lastFailureAtMs < AFTER_STRANGE_404_MS;
}
