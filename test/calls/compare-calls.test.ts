import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import { createCallStoreWithLooks } from '../../src/adapters/call-store-with-looks.ts';
import type { DurableHub, LiveInstance } from '../../src/adapters/durable-calls.ts';
import { reconcileCalls } from '../../src/calls/reconcile-calls.ts';
import type { ReconcileEffects } from '../../src/calls/reconcile-effects.ts';
import { type CallId, parseCallId, toInstanceId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import { toSliceName } from '../../src/core/reconcile/compare-progress.ts';
import { createManualClock, type ManualClock } from '../adapters/manual-clock.ts';
import { newRecord } from '../contract/call-store-contract.ts';
import { limits, reconcileEffects } from './reconcile-test-effects.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 5, 12);

let clock: ManualClock;
let table: CallStore;
let store: CallStore;
let listed: string[];
let instances: Map<CallId, LiveInstance>;
let events: AppEvent[];
let statuses: number;

beforeEach(() => {
  clock = createManualClock(NOW);
  table = createMemoryCallStore();
  store = createCallStoreWithLooks(table, limits);
  listed = [];
  instances = new Map();
  events = [];
  statuses = 0;
});

const callIdIn = (slice: string, number = 0) =>
  parseCallId(`${slice}000000-0000-4000-8000-${String(number).padStart(12, '0')}`) as CallId;

function runs(callId: CallId): void {
  const now = new Date(clock.nowMs()).toISOString();
  const customStatus = {
    phase: 'waiting',
    keepAlives: 1,
    nextKeepAliveAt: new Date(clock.nowMs() + 9 * MINUTE).toISOString(),
  };
  const instance = { createdTime: now, lastUpdatedTime: now, customStatus, output: null };
  instances.set(callId, { callId, instanceId: toInstanceId(callId), runtimeStatus: 'Running', ...instance });
}

const hub = {
  start: async (callId: CallId) => {
    runs(callId);
    return 'started';
  },
  raiseCallEnded: async () => {},
  status: async (callId: CallId) => {
    statuses++;
    return instances.get(callId);
  },
  /** In pages of two, the first of them empty. */
  async livePage(idPrefix: string, token: string | undefined) {
    listed.push(idPrefix);
    const found = [...instances.values()].filter(({ callId }) => callId.startsWith(idPrefix));
    if (token === undefined) return { instances: [], continuationToken: '0' };
    const end = Number(token) + 2;
    return { instances: found.slice(Number(token), end), continuationToken: end < found.length ? `${end}` : undefined };
  },
  input: async () => undefined,
  terminate: async () => {},
} as unknown as DurableHub;

function run(changes: Partial<ReconcileEffects> = {}) {
  const log = (event: AppEvent) => void events.push(event);
  return reconcileCalls(reconcileEffects({ store, durable: hub, clock, log, ...changes }));
}

/** An open call with a success 5 minutes ago, whose instance runs. */
async function openCall(callId: CallId, into: CallStore = store, changes: Partial<CallRecord> = {}): Promise<CallId> {
  const seen = { phase: 'active', firstSeenAtMs: NOW - 20 * MINUTE, establishedAtMs: NOW - 20 * MINUTE } as const;
  await into.insert(newRecord({ callId, ...seen, lastKeepAliveAtMs: NOW - 5 * MINUTE, ...changes }));
  runs(callId);
  return callId;
}

const recordOf = async (callId: CallId) => (await store.read(callId))?.record;

describe('once an hour all records and all live instances are compared', () => {
  test('slice by slice, page by page, and nothing is done about what is well', async () => {
    for (let number = 0; number < 5; number++) await openCall(callIdIn('a7', number));
    await openCall(callIdIn('ff'));
    expect(await run()).toMatchObject({ instances: 6, done: {}, failed: 0 });
    expect(new Set(listed).size).toBe(256);
    expect(statuses).toBe(0);
    expect(events).toContainEqual({ event: 'reconcile.compared', level: 'info', records: 6, instances: 6 });
    listed.length = 0;
    clock.advance(59 * MINUTE);
    await run();
    expect(listed).toEqual([]);
  });

  test('a record whose instance is gone is found, though its next look is far', async () => {
    const callId = await openCall(callIdIn('3c'));
    instances.delete(callId);
    expect(await run()).toMatchObject({ done: { start: 1 } });
    expect(instances.has(callId)).toBe(true);
  });

  test('an instance whose record is finished is found', async () => {
    const callId = callIdIn('3c');
    const end = { endedAtMs: NOW - 30 * MINUTE, cleanedUpAtMs: NOW - 30 * MINUTE, endReason: 'stopped' } as const;
    await openCall(callId, store, { ...end, phase: 'ended' });
    expect(await run()).toMatchObject({ records: 0, done: { repeatEnd: 1 } });
  });

  test('a run whose time is up stops, and the next one goes on where it stopped', async () => {
    let looks = 0;
    const slow: DurableHub = {
      ...hub,
      livePage(idPrefix, token) {
        if (token === undefined && ++looks === 100) clock.advance(4 * MINUTE);
        return hub.livePage(idPrefix, token);
      },
    };
    await run({ durable: slow });
    expect(new Set(listed).size).toBe(100);
    listed.length = 0;
    clock.advance(MINUTE);
    await run();
    expect(listed[0]).toBe('64');
    expect(new Set(listed).size).toBe(156);
  });

  test('an engine that does not list its instances is no harm to the rescue, and the turn comes again soon', async () => {
    const late = await openCall(callIdIn('11'), store, { lastKeepAliveAtMs: NOW - 30 * MINUTE });
    instances.delete(late);
    const deaf: DurableHub = { ...hub, livePage: () => Promise.reject(new Error('no list')) };
    expect(await run({ durable: deaf })).toMatchObject({ records: 1, done: { start: 1 }, failed: 1 });
    expect(events.filter(({ event }) => event === 'reconcile.failed')).toMatchObject([{ problem: 'no list' }]);
    expect(events.some(({ event }) => event === 'reconcile.compared')).toBe(false);
    clock.advance(15 * MINUTE);
    await run();
    expect(new Set(listed).size).toBe(256);
  });

  test('a table that does not tell how far it has come is no harm to the rescue', async () => {
    const late = await openCall(callIdIn('11'), store, { lastKeepAliveAtMs: NOW - 30 * MINUTE });
    instances.delete(late);
    const store503 = { ...store, readProgress: () => Promise.reject(new Error('503')) };
    expect(await run({ store: store503 })).toMatchObject({ done: { start: 1 }, failed: 1 });
  });
});

describe('while the release before writes too, whose rows do not say when they need a look', () => {
  test.each<[string, Partial<CallRecord>, number]>([
    ['open', {}, 15],
    ['being started', { phase: 'starting' }, -19],
    ['seen', { phase: 'observed' }, -10],
    ['ended and not cleaned up', { phase: 'ended', endedAtMs: NOW - MINUTE, endReason: 'terminated' }, 0],
  ])('a call that is %s is found by the comparison, and its row says so from then on', async (_, changes, minutes) => {
    const callId = await openCall(callIdIn('5e'), table, changes);
    expect((await recordOf(callId))?.nextLookAtMs).toBeUndefined();
    await run({ durable: { ...hub, livePage: () => Promise.reject(new Error('silent')) } });
    expect((await recordOf(callId))?.nextLookAtMs).toBe(NOW + minutes * MINUTE);
  });

  test('a finished call is left as it is', async () => {
    const end = { endedAtMs: NOW - MINUTE, cleanedUpAtMs: NOW - MINUTE } as const;
    const callId = await openCall(callIdIn('5e'), table, { ...end, phase: 'ended' });
    instances.clear();
    const before = await store.read(callId);
    await run();
    expect(await store.read(callId)).toEqual(before);
  });

  test('a row that cannot be read holds up no other', async () => {
    const unreadable = await openCall(callIdIn('3c', 1), table);
    const other = await openCall(callIdIn('3c', 2), table);
    const gone = await openCall(callIdIn('ff'), table);
    instances.delete(gone);
    const read = (callId: CallId) =>
      callId === unreadable ? Promise.reject(new Error('unreadableRow')) : store.read(callId);
    // In the fill-in, and again where the comparison finds it.
    expect(await run({ store: { ...store, read } })).toMatchObject({ instances: 2, done: { start: 1 }, failed: 2 });
    const failures = events.filter(({ event }) => event === 'reconcile.failed');
    expect(failures).toMatchObject([
      { callId: unreadable, problem: 'unreadableRow' },
      { callId: unreadable, problem: 'unreadableRow' },
    ]);
    expect((await recordOf(other))?.nextLookAtMs).toBeDefined();
    expect(instances.has(gone)).toBe(true);
    expect(await store.readProgress()).toMatchObject({ nextSlice: 256, filledInAtMs: NOW });
  });

  test('none of a hundred calls that both releases write for hours is without it for more than 20 minutes', async () => {
    const ids = Array.from({ length: 100 }, (_, number) => callIdIn(toSliceName((number * 37) % 256), number));
    for (const [number, callId] of ids.entries()) await openCall(callId, number % 2 === 0 ? store : table);
    const withoutSince = new Map<CallId, number>();
    let longestMs = 0;
    for (let minute = 0; minute < 6 * 60; minute++) {
      const callId = ids[(minute * 13) % ids.length] ?? expect.unreachable();
      await rewrite(callId, clock.nowMs(), minute % 25 === 24 ? table : store);
      if (minute % 5 === 0) await run();
      for (const { record } of await Array.fromAsync(table.list(['active']))) {
        if (record.nextLookAtMs !== undefined) withoutSince.delete(record.callId);
        else if (!withoutSince.has(record.callId)) withoutSince.set(record.callId, clock.nowMs());
      }
      longestMs = Math.max(longestMs, ...[...withoutSince.values()].map((sinceMs) => clock.nowMs() - sinceMs));
      clock.advance(MINUTE);
      for (const id of ids) runs(id);
    }
    expect(longestMs).toBeGreaterThan(0);
    expect(longestMs).toBeLessThanOrEqual(20 * MINUTE);
  });

  /** As a release writes a row: whole. That of before does not know the column. */
  async function rewrite(callId: CallId, lastKeepAliveAtMs: number, by: CallStore): Promise<void> {
    const { record, etag } = (await by.read(callId)) ?? expect.unreachable();
    const { nextLookAtMs: _, ...others } = record;
    expect(await by.replace({ ...others, lastKeepAliveAtMs }, etag)).not.toBe('conflict');
  }
});
