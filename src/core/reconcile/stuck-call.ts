import type { CallRecord } from '../call-record/call-record.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import type { InstanceFacts } from './instance-facts.ts';
import { LAST_STRETCH_MS, NEXT_RUN_AFTER_MS, OVERDUE_AFTER_MS, PLAINLY_LATE_MS } from './next-look.ts';

/** What two stores say of one call; each may know nothing of it. */
export interface CallSituation {
  readonly record: CallRecord | undefined;
  readonly instance: InstanceFacts | undefined;
}

/** Why an instance cannot be relied on to send its keepAlive; `engineSilent`: nobody knows of it. */
export type StuckReason = 'overdue' | 'pending' | 'suspended' | 'failed' | 'engineSilent';

/** A success outside the orchestration suffices for so long. */
export const RESCUE_LASTS_MS = 10 * 60_000;

/** When Graph ends the call if no keepAlive succeeds before, as far as record and instance know. */
export function callDeadlineMs({ record, instance }: CallSituation, limits: KeepaliveLimits): number {
  const lastKeepAliveAtMs = lastSuccessMs(record, instance) ?? 0;
  return Math.max(lastKeepAliveAtMs, record?.firstSeenAtMs ?? 0) + limits.maximumGapMs;
}

/** Why, if at all, the instance's keepAlive has to be sent for it. */
export function stuckReason(
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
export function isExpired(
  record: CallRecord,
  instance: InstanceFacts | undefined,
  nowMs: number,
  limits: KeepaliveLimits,
): boolean {
  const { expireAfterMs, maximumCallMs = Number.POSITIVE_INFINITY } = limits;
  const lastProofMs = Math.max(lastSuccessMs(record, instance) ?? instance?.lastUpdatedAtMs ?? 0, record.firstSeenAtMs);
  return nowMs >= lastProofMs + expireAfterMs || nowMs >= record.firstSeenAtMs + maximumCallMs;
}

/** The last keepAlive known to have succeeded, whoever sent it. */
export function lastSuccessMs(record: CallRecord | undefined, instance: InstanceFacts | undefined): number | undefined {
  const known = [instance?.sums.lastKeepAliveAtMs, record?.lastKeepAliveAtMs, record?.lastRescueAtMs];
  const instants = known.filter((instant) => instant !== undefined);
  return instants.length === 0 ? undefined : Math.max(...instants);
}
