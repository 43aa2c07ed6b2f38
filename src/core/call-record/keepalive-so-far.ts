import type { KeepaliveStart } from '../keepalive/keepalive-state.ts';
import { withoutAbsent } from './call-facts.ts';
import type { CallRecord } from './call-record.ts';
import { lastKeepAliveMs } from './heartbeat.ts';

/** What is known of a call that other orchestrations, or nobody, kept alive so far. */
export type KeepaliveSoFar = Pick<KeepaliveStart, 'lastKeepAliveAtMs' | 'firstKeepAliveAtMs'>;

/**
 * A call whose start nobody told may have used up most of its 45 minutes (in a lobby, while its notifications got lost):
 * its first keepAlive is due at once.
 *
 * Shape: the record before and after `established`, now → what the orchestration starts with.  Errors: none.
 */
export function toKeepaliveSoFar(before: CallRecord | undefined, after: CallRecord, nowMs: number): KeepaliveSoFar {
  const { firstSeenAtMs, establishedAtMs = firstSeenAtMs } = after;
  const isStartTold = before?.phase === 'observed' || firstSeenAtMs < establishedAtMs;
  return withoutAbsent({
    lastKeepAliveAtMs: lastKeepAliveMs(after),
    firstKeepAliveAtMs: isStartTold ? undefined : nowMs,
  });
}
