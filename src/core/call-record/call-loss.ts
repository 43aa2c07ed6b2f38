import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import { saysKeepAliveMissed } from '../keepalive/keepalive-state.ts';
import type { CallRecord } from './call-record.ts';
import { lastKeepAliveMs } from './heartbeat.ts';

/** A call that dropped for want of a keepAlive: what this app exists to prevent. Instants in ms since the epoch. */
export interface CallLoss {
  readonly atMs: number;
  /** The last proof that Graph held the call. */
  readonly lastProofMs: number;
  /** Why the last try failed, when there was one after that proof. */
  readonly lastFailureReason?: string;
}

/**
 * Whether, when and why a call was lost: Graph said so (408/8537), or it was established, and over 45 minutes or more
 * after its last success (`notFound`, `expired`). One that was never established is not lost, nor one that an operator
 * stopped, nor one given up for its age with a success in time.
 *
 * Shape: record, limits → the loss | undefined.  Errors: none.
 */
export function toCallLoss(record: CallRecord, limits: Pick<KeepaliveLimits, 'maximumGapMs'>): CallLoss | undefined {
  const { phase, endedAtMs, firstSeenAtMs, lastFailureAtMs = 0, lastFailureReason } = record;
  if (phase !== 'ended' || endedAtMs === undefined) return undefined;
  const lastProofMs = Math.max(lastKeepAliveMs(record) ?? 0, firstSeenAtMs);
  const deadlineMs = lastProofMs + limits.maximumGapMs;
  if (!saysKeepAliveMissed(record.resultInfo) && !(isGivenUp(record) && endedAtMs >= deadlineMs)) return undefined;
  return {
    atMs: Math.min(endedAtMs, deadlineMs),
    lastProofMs,
    ...(lastFailureReason === undefined || lastFailureAtMs < lastProofMs ? {} : { lastFailureReason }),
  };
}

function isGivenUp({ endReason, establishedAtMs }: CallRecord): boolean {
  return establishedAtMs !== undefined && (endReason === 'notFound' || endReason === 'expired');
}
