import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DailyTotals } from '../adapters/daily-totals.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import { type ClosedCall, type DayTotals, firstOpenDay, sumDays } from '../core/operator-views/day-totals.ts';

export interface DailyTotalsEffects {
  readonly store: Pick<CallStore, 'list'>;
  readonly totals: DailyTotals;
  readonly clock: Clock;
}

/**
 * Writes the totals of each complete day that has calls and was not written yet, from the records that are still there.
 * A day is written once and never changed, so a run that is repeated, or meets another one, changes nothing.
 *
 * Shape: → how many days were written.
 * Errors: CallStoreError; the next run goes on.  Effects: one list of ended records, one of totals, one insert per day.
 */
export async function writeDailyTotals({ store, totals, clock }: DailyTotalsEffects): Promise<number> {
  const openDay = firstOpenDay(clock.nowMs());
  const complete = [...sumDays(await closedCalls(store)).values()].filter(({ day }) => day < openDay);
  const earliest = complete.map(({ day }) => day).toSorted()[0];
  if (earliest === undefined) return 0;
  const written = new Set((await totals.list(earliest)).map(({ day }) => day));
  let days = 0;
  for (const day of complete) {
    if (!written.has(day.day) && (await totals.insert(day)) === 'written') days++;
  }
  return days;
}

/**
 * The days from this one on: as written, and those that are not yet from the records.
 *
 * Errors: CallStoreError.  Effects: one list of ended records, one of totals.
 */
export async function readDailyTotals(
  { store, totals }: Pick<DailyTotalsEffects, 'store' | 'totals'>,
  sinceDay: string,
): Promise<readonly DayTotals[]> {
  // The records first: a day that is written, and its records purged, in between would else be missed.
  const days = new Map(sumDays(await closedCalls(store)));
  for (const written of await totals.list(sinceDay)) days.set(written.day, written);
  return [...days.values()]
    .filter(({ day }) => day >= sinceDay)
    .toSorted((one, other) => (one.day < other.day ? -1 : 1));
}

/** Without their facts, which are most of a record: there may be a great many. */
async function closedCalls(store: Pick<CallStore, 'list'>): Promise<readonly ClosedCall[]> {
  const closed: ClosedCall[] = [];
  for await (const { record } of store.list(['ended'])) {
    const { callId, cleanedUpAtMs, keepAlives, otherKeepAlives, endReason, resultInfo, worstMarginMs } = record;
    if (cleanedUpAtMs === undefined) continue;
    const sums = { cleanedUpAtMs, keepAlives, otherKeepAlives, endReason, resultInfo, worstMarginMs };
    closed.push({ callId, ...withoutAbsent(sums) });
  }
  return closed;
}
