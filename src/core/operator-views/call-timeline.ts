import type { CallSources } from './call-standing.ts';
import type { RecentTry } from './instance-view.ts';

/** Something that happened to a call. `keepAlive` is a try, `result` its outcome; `rescued` one outside the orchestration. */
export type TimelineEntry =
  | { readonly kind: 'firstSeen' | 'established' | 'rescued' | 'cleanedUp'; readonly at: string }
  | ({ readonly kind: 'keepAlive' } & RecentTry)
  | { readonly kind: 'ended'; readonly at: string; readonly result: string };

/**
 * What is known of a call's life, in order: the record's transitions, and the last twelve tries that the instance tells.
 *
 * Shape: record and instance as read → entries, earliest first.  Errors: none.
 */
export function toTimeline({ record, instance }: CallSources): readonly TimelineEntry[] {
  const tries = instance?.recent.map((recent) => ({ kind: 'keepAlive' as const, ...recent })) ?? [];
  const entries: readonly TimelineEntry[] = [
    ...entryAt('firstSeen', record?.firstSeenAtMs),
    ...entryAt('established', record?.establishedAtMs),
    ...tries,
    ...entryAt('rescued', record?.lastRescueAtMs),
    ...(record?.endedAtMs === undefined
      ? []
      : [{ kind: 'ended' as const, at: toIso(record.endedAtMs), result: record.endReason ?? 'terminated' }]),
    ...entryAt('cleanedUp', record?.cleanedUpAtMs),
  ];
  return entries.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function entryAt(kind: 'firstSeen' | 'established' | 'rescued' | 'cleanedUp', atMs: number | undefined) {
  return atMs === undefined ? [] : [{ kind, at: toIso(atMs) }];
}

function toIso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
