import { randomBytes } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { createTableCallStore } from '../../src/adapters/table-call-store.ts';
import { createTableDailyTotals } from '../../src/adapters/table-daily-totals.ts';
import { collect, newRecord } from '../contract/call-store-contract.ts';
import { describeDailyTotals, newDay } from '../contract/daily-totals-contract.ts';

const connectionString = inject('storageConnectionString');
const storage = { kind: 'connectionString', connectionString } as const;

function open(unreadable: string[] = []) {
  const tableName = `Calls${randomBytes(8).toString('hex')}`;
  const common = { storage, clock: systemClock, tableName, onUnreadable: (key: string) => unreadable.push(key) };
  return {
    totals: createTableDailyTotals(common),
    store: createTableCallStore(common),
    rows: TableClient.fromConnectionString(connectionString, tableName, { allowInsecureConnection: true }),
  };
}

describe('the daily totals in the table of calls', () => {
  describeDailyTotals(() => open().totals);

  test('are met by no list of calls, and meet no call', async () => {
    const unreadable: string[] = [];
    const { totals, store } = open(unreadable);
    const record = newRecord();
    await totals.insert(newDay('2026-03-02'));
    await store.insert(record);
    const calls = await collect(store.list(['observed', 'starting', 'active', 'ended']));
    expect(calls.map((stored) => stored.record)).toEqual([record]);
    expect(await totals.list('0000-00-00')).toEqual([newDay('2026-03-02')]);
    expect(unreadable).toEqual([]);
  });

  test('leave out a row that somebody has edited, and tell of it', async () => {
    const unreadable: string[] = [];
    const { totals, rows } = open(unreadable);
    await totals.insert(newDay('2026-03-02'));
    await totals.insert(newDay('2026-03-03'));
    await rows.updateEntity({ partitionKey: 'totals', rowKey: '2026-03-02', calls: 'many' }, 'Merge');
    expect(await totals.list('2026-03-01')).toEqual([newDay('2026-03-03')]);
    expect(unreadable).toEqual(['2026-03-02']);
  });
});
