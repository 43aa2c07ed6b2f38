import { toIso } from '../values/time-text.ts';
import { withoutAbsent } from './call-facts.ts';
import type { CallRecord } from './call-record.ts';

/** A record as JSON for people and programs: every instant an ISO string, absent members left out. */
export function toCallView(record: CallRecord) {
  const { firstSeenAtMs, establishedAtMs, reopenedAtMs, endedAtMs, cleanedUpAtMs, ...others } = record;
  const { lastKeepAliveAtMs, lastRescueAtMs, lastFailureAtMs, nextLookAtMs, endRepeatedAtMs, ...more } = others;
  const { worstMarginMs, aloneSinceMs, hangUpAtMs, hungUpAtMs, roster: _, ...rest } = more;
  return withoutAbsent({
    ...rest,
    firstSeenAt: toIso(firstSeenAtMs),
    establishedAt: toIso(establishedAtMs),
    reopenedAt: toIso(reopenedAtMs),
    endedAt: toIso(endedAtMs),
    cleanedUpAt: toIso(cleanedUpAtMs),
    lastKeepAliveAt: toIso(lastKeepAliveAtMs),
    worstMarginSeconds: worstMarginMs === undefined ? undefined : worstMarginMs / 1_000,
    aloneSince: toIso(aloneSinceMs),
    hangUpAt: toIso(hangUpAtMs),
    hungUpAt: toIso(hungUpAtMs),
    lastRescueAt: toIso(lastRescueAtMs),
    lastFailureAt: toIso(lastFailureAtMs),
    nextLookAt: toIso(nextLookAtMs),
    endRepeatedAt: toIso(endRepeatedAtMs),
  });
}
