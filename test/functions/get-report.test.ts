import { describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { createMemoryDailyTotals } from '../../local/memory-daily-totals.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import type { DailyTotals } from '../../src/adapters/daily-totals.ts';
import { readDailyTotals, writeDailyTotals } from '../../src/calls/write-daily-totals.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newRecord } from '../contract/call-store-contract.ts';
import { describeDailyTotals } from '../contract/daily-totals-contract.ts';
import { apiAnswerProblems } from '../support/api-answer.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';

describe('the daily totals in memory', () => describeDailyTotals(createMemoryDailyTotals));

async function report(world: VirtualWorld, query = ''): Promise<PlainObject> {
  const answer = await world.request('GET', `/api/report${query}`);
  expect(apiAnswerProblems('/report', 'get', answer)).toEqual([]);
  return isPlainObject(answer.body) ? answer.body : {};
}

test('the report tells calls, keepAlives, ends and the worst margin, and outlives the purge', async () => {
  const world = await startVirtualWorld({ dependencies: () => ({ callRetentionMs: DAY_MS }) });
  const well = await world.startCall();
  const close = await world.startCall();
  const lost = await world.startCall();
  const open = await world.startCall();
  world.graph.addFault({ operation: 'keepAlive', callId: close, times: 'always', status: 503 });
  world.graph.addFault({ operation: 'keepAlive', callId: lost, times: 'always', reset: true });
  await world.clock.runFor(30 * MINUTE_MS);
  world.graph.clearFaults();
  world.graph.addFault({ operation: 'keepAlive', callId: lost, times: 'always', reset: true });
  await world.clock.runFor(20 * MINUTE_MS);
  world.graph.hangUp(well);
  await world.clock.runFor(MINUTE_MS);
  await world.request('DELETE', `/api/calls/${close}`);
  // Else Graph would end it for want of a keepAlive.
  world.graph.addFault({ operation: 'notification', callId: close, times: 'always', lost: true });
  await world.clock.runFor(MINUTE_MS);

  const today = await report(world);
  const total = {
    calls: 3,
    keepAlives: 5,
    ends: { terminated: 2, notFound: 0, stopped: 1, expired: 0 },
    keepAliveMissed: 1,
    worstMarginSeconds: expect.any(Number),
    worstMarginCallId: close,
  };
  expect(today).toMatchObject({ since: '2026-01-31', total, days: [{ day: '2026-03-02', ...total }] });
  expect(today.lost).toEqual([
    { callId: lost, at: '2026-03-02T08:45:00.000Z', cause: expect.stringMatching(/^no success for 45 min, /) },
  ]);
  const { worstMarginSeconds = 0 } = isPlainObject(today.total) ? today.total : {};
  expect(worstMarginSeconds).toBeGreaterThan(14 * 60);
  expect(worstMarginSeconds).toBeLessThan(15 * 60);
  expect((await world.getCall(close)).record).toMatchObject({ worstMarginSeconds });
  expect((await world.getCall(well)).record).toMatchObject({ worstMarginSeconds: 1_800 });

  await world.clock.runUntil(Date.UTC(2026, 2, 4, 4));
  expect((await world.request('GET', `/api/calls/${well}`)).status).toBe(404);
  expect(await report(world)).toMatchObject({ total: today.total, days: today.days });
  world.graph.hangUp(open);
  await world.clock.runFor(MINUTE_MS);
  expect(await report(world, '?since=2026-03-03')).toMatchObject({
    since: '2026-03-03',
    total: { calls: 1, keepAlives: 176 },
    days: [{ day: '2026-03-04' }],
  });
  expect(await report(world)).toMatchObject({ total: { calls: 4, keepAlives: 181 }, days: [{}, {}] });
});

test('a suspended call that its operator terminates is counted with what it had', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(20 * MINUTE_MS);
  const hub = 'https://keepalive.example/runtime/webhooks/durabletask/instances';
  await world.request('POST', `${hub}/call-${callId}/terminate?reason=test`);
  await world.clock.runFor(20 * MINUTE_MS);
  expect(await report(world)).toMatchObject({
    total: { calls: 1, keepAlives: 1, ends: { stopped: 1 }, worstMarginSeconds: 1_800, worstMarginCallId: callId },
  });
});

test.each(['yesterday', '2026-02-30', '2026-3-1', ''])('the report refuses the day "%s"', async (since) => {
  const world = await startVirtualWorld();
  const answer = await world.request('GET', `/api/report?since=${since}`);
  expect(answer.status).toBe(400);
  expect(apiAnswerProblems('/report', 'get', answer)).toEqual([]);
});

test('the report answers 503 while the table does not', async () => {
  const store = createMemoryCallStore({
    before: (operation) => {
      if (operation === 'list') throw new CallStoreError('list', '503');
    },
  });
  const world = await startVirtualWorld({ store });
  expect((await world.request('GET', '/api/report')).status).toBe(503);
});

const NOON_MS = Date.UTC(2026, 2, 10, 12);
const DAY_MS = 24 * HOUR_MS;
const closedAt = (cleanedUpAtMs: number, keepAlives = 1): CallRecord =>
  newRecord({ phase: 'ended', endedAtMs: cleanedUpAtMs, endReason: 'terminated', cleanedUpAtMs, keepAlives });

async function effectsOn(records: readonly CallRecord[], nowMs = NOON_MS) {
  const store: CallStore = createMemoryCallStore();
  for (const record of records) await store.insert(record);
  return { store, totals: createMemoryDailyTotals(), clock: createManualClock(nowMs) };
}

describe('the totals of a day', () => {
  test('are written once the day is over, and an hour more for who writes late', async () => {
    const midnightMs = Date.UTC(2026, 2, 10);
    const effects = await effectsOn([closedAt(midnightMs - 1), closedAt(midnightMs)], midnightMs + HOUR_MS - 1);
    expect(await writeDailyTotals(effects)).toBe(0);
    expect(await writeDailyTotals({ ...effects, clock: createManualClock(midnightMs + HOUR_MS) })).toBe(1);
    expect(await effects.totals.list('')).toMatchObject([{ day: '2026-03-09', calls: 1 }]);
  });

  test('are the same when the clean-up, or the sum, is made twice', async () => {
    const effects = await effectsOn([closedAt(NOON_MS - DAY_MS, 4), closedAt(NOON_MS - DAY_MS, 5)]);
    expect(await Promise.all([writeDailyTotals(effects), writeDailyTotals(effects)])).toEqual([1, 0]);
    expect(await writeDailyTotals(effects)).toBe(0);
    expect(await readDailyTotals(effects, '')).toMatchObject([{ day: '2026-03-09', calls: 2, keepAlives: 9 }]);
  });

  test('stay as they were written when only some of the records are left', async () => {
    const purged = closedAt(NOON_MS - DAY_MS, 4);
    const effects = await effectsOn([purged, closedAt(NOON_MS - DAY_MS, 5)]);
    await writeDailyTotals(effects);
    const stored = await effects.store.read(purged.callId);
    await effects.store.remove(purged.callId, stored?.etag ?? '');
    await writeDailyTotals(effects);
    expect(await readDailyTotals(effects, '')).toMatchObject([{ calls: 2, keepAlives: 9 }]);
  });

  test('count no call that is open, or that was never kept alive', async () => {
    const { cleanedUpAtMs: _never, keepAlives: _none, ...neverKept } = closedAt(NOON_MS - DAY_MS);
    const effects = await effectsOn([newRecord({ phase: 'active' }), neverKept]);
    expect(await writeDailyTotals(effects)).toBe(0);
    expect(await readDailyTotals(effects, '')).toEqual([]);
  });
});

test('nothing is purged whose day could not be summed, however short the retention', async () => {
  const totals: DailyTotals = {
    ...createMemoryDailyTotals(),
    insert: async () => {
      throw new CallStoreError('insert totals', '503');
    },
  };
  const record = closedAt(WORLD_START_MS - 3 * DAY_MS);
  const store = createMemoryCallStore();
  await store.insert(record);
  const world = await startVirtualWorld({ store, dependencies: () => ({ totals, callRetentionMs: DAY_MS }) });
  await world.clock.runFor(DAY_MS);
  expect(await store.read(record.callId)).toBeDefined();
});
