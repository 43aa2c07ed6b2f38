import type { CallRecord } from '../call-record/call-record.ts';
import { toIso } from '../values/time-text.ts';
import type { CallSources } from './call-standing.ts';
import type { RecentTry } from './instance-view.ts';

/**
 * Something that happened to a call. `keepAlive` is a try, `result` its outcome; `rescued` a success of reconcileCalls,
 * `keptAlive` one that only the record knows, such as an operator's.
 */
export type TimelineEntry =
  | { readonly kind: Moment; readonly at: string }
  | ({ readonly kind: 'keepAlive' } & RecentTry)
  | { readonly kind: 'ended'; readonly at: string; readonly result: string };

/**
 * What is known of a call's life, in order: the record's transitions, and the last twelve tries that the instance tells.
 *
 * Shape: record and instance as read → entries, earliest first.  Errors: none.
 */
export function toTimeline({ record, instance }: CallSources): readonly TimelineEntry[] {
  const recent = instance === undefined || instance === 'none' ? [] : instance.recent;
  const tries = recent.map((one) => ({ kind: 'keepAlive' as const, ...one }));
  const entries: readonly TimelineEntry[] = [
    ...entryAt('firstSeen', record?.firstSeenAtMs),
    ...entryAt('established', record?.establishedAtMs),
    ...tries,
    ...entryAt('rescued', record?.lastRescueAtMs),
    ...entryAt('keptAlive', successElsewhereMs(record, recent)),
    ...(record?.endedAtMs === undefined
      ? []
      : [{ kind: 'ended' as const, at: toIso(record.endedAtMs), result: record.endReason ?? 'terminated' }]),
    ...entryAt('cleanedUp', record?.cleanedUpAtMs),
  ];
  return entries.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** A success that neither the instance nor the reconciler had: an operator's, most likely. */
function successElsewhereMs(record: CallRecord | undefined, tries: readonly RecentTry[]): number | undefined {
  const atMs = record?.lastKeepAliveAtMs;
  if (atMs === undefined || atMs === record?.lastRescueAtMs) return undefined;
  const isTold = tries.some(({ at, result }) => result === 'alive' && Math.abs(Date.parse(at) - atMs) < SAME_TRY_MS);
  return isTold ? undefined : atMs;
}

/** One try is timed by two clocks: the engine's and the activity's. */
const SAME_TRY_MS = 30_000;

type Moment = 'firstSeen' | 'established' | 'rescued' | 'keptAlive' | 'cleanedUp';

function entryAt(kind: Moment, atMs: number | undefined) {
  return atMs === undefined ? [] : [{ kind, at: toIso(atMs) }];
}
