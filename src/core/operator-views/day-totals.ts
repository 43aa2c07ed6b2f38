import type { CallId } from '../call-record/call-id.ts';
import { type CallRecord, toEndReason } from '../call-record/call-record.ts';
import { keepAlivesOf } from '../call-record/heartbeat.ts';
import { type EndReason, saysKeepAliveMissed } from '../keepalive/keepalive-state.ts';

/** What a record contributes. */
export type ClosedCall = Pick<
  CallRecord,
  'callId' | 'cleanedUpAtMs' | 'keepAlives' | 'otherKeepAlives' | 'endReason' | 'resultInfo' | 'worstMarginMs'
>;

/** The calls whose keepalive was closed on one day of UTC: what remains of them when their records are purged. */
export interface DayTotals {
  /** `2026-03-02` */
  readonly day: string;
  readonly calls: number;
  readonly keepAlives: number;
  readonly ends: Readonly<Record<EndReason, number>>;
  /** Calls that Graph ended for want of a keepAlive (408/8537); they count under `terminated` too. */
  readonly keepAliveMissed: number;
  /** The success that came closest to its call's deadline; negative after it. Absent when no call had one. */
  readonly worstMargin?: { readonly ms: number; readonly callId: CallId };
}

const DAY_MS = 24 * 60 * 60_000;
/** A clean-up that began before midnight has written its record by then, whichever machine's clock it had. */
const WRITTEN_AFTER_MS = 60 * 60_000;

/** No record may be purged earlier after its clean-up: its day could not be summed before. */
export const SMALLEST_RETENTION_MS = DAY_MS + WRITTEN_AFTER_MS;

/** The day of UTC of an instant. */
export function toDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10);
}

/** The first day that may still get calls. All before it are complete. */
export function firstOpenDay(nowMs: number): string {
  return toDay(nowMs - WRITTEN_AFTER_MS);
}

/**
 * Sums records by the day of their clean-up, which is set once and counts a call on one day only.
 *
 * Shape: records → one total for each day that has calls, by day. Records without a clean-up are left out: they are open,
 * or were never kept alive.
 */
export function sumDays(records: Iterable<ClosedCall>): ReadonlyMap<string, DayTotals> {
  const days = new Map<string, DayTotals>();
  for (const record of records) {
    if (record.cleanedUpAtMs === undefined) continue;
    const day = toDay(record.cleanedUpAtMs);
    days.set(day, addTotals(days.get(day) ?? noTotals(day), totalsOf(day, record)));
  }
  return days;
}

/** The total of all days, under the name given. */
export function sumTotals(name: string, days: Iterable<DayTotals>): DayTotals {
  let sum = noTotals(name);
  for (const day of days) sum = addTotals(sum, day);
  return sum;
}

function noTotals(day: string): DayTotals {
  return {
    day,
    calls: 0,
    keepAlives: 0,
    ends: { terminated: 0, notFound: 0, stopped: 0, expired: 0 },
    keepAliveMissed: 0,
  };
}

function totalsOf(day: string, closed: ClosedCall): DayTotals {
  const { callId, endReason, resultInfo, worstMarginMs } = closed;
  const none = noTotals(day);
  return {
    ...none,
    calls: 1,
    keepAlives: keepAlivesOf(closed),
    ends: endReason === undefined ? none.ends : { ...none.ends, [toEndReason(endReason)]: 1 },
    keepAliveMissed: saysKeepAliveMissed(resultInfo) ? 1 : 0,
    ...(worstMarginMs === undefined ? {} : { worstMargin: { ms: worstMarginMs, callId } }),
  };
}

function addTotals(one: DayTotals, other: DayTotals): DayTotals {
  const worst = [one.worstMargin, other.worstMargin]
    .filter((margin) => margin !== undefined)
    .toSorted((first, second) => first.ms - second.ms || (first.callId < second.callId ? -1 : 1))[0];
  return {
    day: one.day,
    calls: one.calls + other.calls,
    keepAlives: one.keepAlives + other.keepAlives,
    ends: {
      terminated: one.ends.terminated + other.ends.terminated,
      notFound: one.ends.notFound + other.ends.notFound,
      stopped: one.ends.stopped + other.ends.stopped,
      expired: one.ends.expired + other.ends.expired,
    },
    keepAliveMissed: one.keepAliveMissed + other.keepAliveMissed,
    ...(worst === undefined ? {} : { worstMargin: worst }),
  };
}
