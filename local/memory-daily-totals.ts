import type { DailyTotals } from '../src/adapters/daily-totals.ts';
import type { DayTotals } from '../src/core/operator-views/day-totals.ts';

/** The daily totals in memory, for tests and simulation. */
export function createMemoryDailyTotals(): DailyTotals {
  const days = new Map<string, DayTotals>();
  return {
    async list(sinceDay) {
      return [...days.values()]
        .filter(({ day }) => day >= sinceDay)
        .toSorted((one, other) => (one.day < other.day ? -1 : 1));
    },
    async insert(totals) {
      if (days.has(totals.day)) return 'conflict';
      days.set(totals.day, totals);
      return 'written';
    },
  };
}
