import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DailyTotals } from '../adapters/daily-totals.ts';
import { readDailyTotals } from '../calls/write-daily-totals.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import { toCallLoss } from '../core/call-record/call-loss.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { toLossCause } from '../core/operator-views/call-why.ts';
import { type DayTotals, sumTotals, toDay } from '../core/operator-views/day-totals.ts';
import { problem } from './problem.ts';

export interface GetReportDependencies {
  readonly store: Pick<CallStore, 'list' | 'listPerhapsLost'>;
  readonly limits: KeepaliveLimits;
  readonly totals: DailyTotals;
  readonly clock: Clock;
}

const DEFAULT_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

/**
 * `GET /api/report`: what was kept alive, by the day of UTC on which it ended, days without calls left out. The totals
 * outlive the purge of the calls; calls that are still open are in none of them. `lost` names those lost for want of a
 * keepAlive, with the cause, as long as their records are kept.
 *
 * Shape: `?since=YYYY-MM-DD` (default: 30 days ago) → 200 `{asOf, since, total, days, lost}` | 400 since.
 * Errors: CallStoreError.  Effects: those of readDailyTotals.
 */
export function getReport({ store, totals, clock, limits }: GetReportDependencies) {
  return async (request: HttpRequest): Promise<HttpResponseInit> => {
    const nowMs = clock.nowMs();
    const since = request.query.get('since') ?? toDay(nowMs - DEFAULT_DAYS * DAY_MS);
    if (!isDay(since)) return problem(400, 'since is a day such as 2026-03-01.');
    const days = await readDailyTotals({ store, totals }, since);
    const { day: _all, ...total } = toView(sumTotals('', days));
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      jsonBody: {
        asOf: new Date(nowMs).toISOString(),
        since,
        total,
        days: days.map(toView),
        lost: await readLosses(store, Date.parse(since), limits),
      },
    };
  };
}

async function readLosses(store: Pick<CallStore, 'listPerhapsLost'>, sinceMs: number, limits: KeepaliveLimits) {
  const losses = [];
  for await (const { record } of store.listPerhapsLost(sinceMs)) {
    const loss = toCallLoss(record, limits);
    if (loss !== undefined) {
      losses.push({ callId: record.callId, at: new Date(loss.atMs).toISOString(), cause: toLossCause({ loss }) });
    }
  }
  return losses.toSorted((one, other) => (one.at < other.at ? 1 : -1));
}

function toView({ worstMargin, ...totals }: DayTotals) {
  const ms = worstMargin?.ms;
  return {
    ...totals,
    ...withoutAbsent({
      worstMarginSeconds: ms === undefined ? undefined : ms / 1_000,
      worstMarginCallId: worstMargin?.callId,
    }),
  };
}

function isDay(text: string): boolean {
  const instantMs = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(instantMs) && toDay(instantMs) === text;
}
