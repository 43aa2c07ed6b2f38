import type { DayTotals } from '../core/operator-views/day-totals.ts';
import type { WriteResult } from './call-store.ts';

/** What remains of calls when their records are purged. Every method throws a CallStoreError when the store fails. */
export interface DailyTotals {
  /** The days that were written, from this one on, earliest first. */
  list(sinceDay: string): Promise<readonly DayTotals[]>;
  /** Writes a day, once and for all; conflict when it is there already. */
  insert(totals: DayTotals): Promise<WriteResult>;
}
