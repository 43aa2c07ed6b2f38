import { describe, expect, test } from 'vitest';
import type { DailyTotals } from '../../src/adapters/daily-totals.ts';
import type { DayTotals } from '../../src/core/operator-views/day-totals.ts';
import { newCallId } from './call-store-contract.ts';

export function newDay(day: string, changes: Partial<DayTotals> = {}): DayTotals {
  const ends = { terminated: 2, notFound: 1, stopped: 0, expired: 0 };
  return { day, calls: 3, keepAlives: 40, ends, keepAliveMissed: 1, ...changes };
}

/** What any store of daily totals does. `open` gives an empty one. */
export function describeDailyTotals(open: () => DailyTotals): void {
  describe('as a store of daily totals', () => {
    test('gives back the days as they were written, from the one asked for, earliest first', async () => {
      const totals = open();
      const worst = newDay('2026-03-02', { worstMargin: { ms: -1_500, callId: newCallId() } });
      for (const day of [newDay('2026-03-03'), worst, newDay('2026-02-28')]) {
        expect(await totals.insert(day)).toBe('written');
      }
      expect(await totals.list('2026-03-01')).toEqual([worst, newDay('2026-03-03')]);
      expect(await totals.list('2026-03-04')).toEqual([]);
    });

    test('never changes a day that is written', async () => {
      const totals = open();
      await totals.insert(newDay('2026-03-02'));
      expect(await totals.insert(newDay('2026-03-02', { calls: 9 }))).toBe('conflict');
      expect(await totals.list('2026-03-02')).toEqual([newDay('2026-03-02')]);
    });
  });
}
