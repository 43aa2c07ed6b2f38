import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { newRecord } from '../contract/call-store-contract.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';

const HUB = 'https://keepalive.example/runtime/webhooks/durabletask/instances';
const DAY_MS = 24 * HOUR_MS;
/** The world begins on 2 March at 8:00; the purge runs at 3:17. */
const purgeOf = (day: number) => Date.UTC(2026, 2, day, 3, 17);

async function isKnown(world: VirtualWorld, callId: string): Promise<{ record: boolean; instance: boolean }> {
  const record = await world.store.read(parseCallId(callId) as CallId);
  const instance = await world.request('GET', `${HUB}/call-${callId}`);
  return { record: record !== undefined, instance: instance.status !== 404 };
}

const purges = (world: VirtualWorld) => world.events.filter(({ event }) => event === 'purge.completed');

test.each(['3.19', '2.13'] as const)(
  'on extension %s a call is forgotten seven days after its end, and one that lives is not',
  async (extensionVersion) => {
    const world = await startVirtualWorld({ engine: { extensionVersion } });
    const short = await world.startCall({ hangUpAfterSeconds: 20 * 60 });
    const long = await world.startCall();
    // Its instance stays as old as it is, while a running one is created anew with each generation.
    const suspended = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    await world.request('POST', `${HUB}/call-${suspended}/suspend?reason=test`);
    await world.clock.runUntil(purgeOf(9) + MINUTE_MS);
    expect(await isKnown(world, short)).toEqual({ record: true, instance: true });
    expect(purges(world)).toHaveLength(7);
    expect(purges(world).every(({ instances, records }) => instances === 0 && records === 0)).toBe(true);

    await world.clock.runUntil(purgeOf(10) + MINUTE_MS);
    expect(await isKnown(world, short)).toEqual({ record: false, instance: false });
    expect(await isKnown(world, long)).toEqual({ record: true, instance: true });
    expect(purges(world).at(-1)).toMatchObject({
      level: 'info',
      instances: 1,
      records: 1,
      failed: 0,
      isComplete: true,
    });
    expect(await world.status(long)).toMatchObject({ runtimeStatus: 'Running' });
    expect(world.graph.call(long)?.state).toBe('established');
    expect(await world.status(suspended)).toMatchObject({
      runtimeStatus: 'Suspended',
      createdTime: '2026-03-02T08:00:02Z',
    });
    expect(await isKnown(world, suspended)).toEqual({ record: true, instance: true });
  },
  60_000,
);

/** A world that runs for one purge only, on records made by hand. */
async function purgeOnce(records: readonly CallRecord[], retentionDays: number, store = createMemoryCallStore()) {
  const world = await startVirtualWorld({ store, dependencies: () => ({ callRetentionMs: retentionDays * DAY_MS }) });
  // After the reconciler's last run before it, which would see to some of them first.
  await world.clock.runUntil(purgeOf(3) - MINUTE_MS);
  for (const record of records) await store.insert(record);
  await world.clock.runFor(2 * MINUTE_MS);
  return world;
}

test('the retention is honoured to the millisecond, counted from the last thing that happened to a call', async () => {
  const atMs = purgeOf(3) - 3 * DAY_MS;
  const ended = { phase: 'ended', endReason: 'terminated' } as const;
  const old = [
    newRecord({ ...ended, firstSeenAtMs: atMs - DAY_MS, endedAtMs: atMs - 1 }),
    newRecord({ phase: 'observed', firstSeenAtMs: atMs - 1 }),
  ];
  const young = [
    newRecord({ ...ended, firstSeenAtMs: atMs - DAY_MS, endedAtMs: atMs }),
    newRecord({ ...ended, firstSeenAtMs: atMs - DAY_MS, endedAtMs: atMs - 1, cleanedUpAtMs: atMs }),
  ];
  const world = await purgeOnce([...old, ...young], 3);
  for (const { callId } of old) expect(await isKnown(world, callId)).toMatchObject({ record: false });
  for (const { callId } of young) expect(await isKnown(world, callId)).toMatchObject({ record: true });
});

test('a record that somebody changes at that moment stays', async () => {
  const agoMs = WORLD_START_MS - 9 * DAY_MS;
  const record = newRecord({ phase: 'ended', endReason: 'stopped', firstSeenAtMs: agoMs, endedAtMs: agoMs });
  const store: CallStore = createMemoryCallStore({
    before: async (operation) => {
      const stored = operation === 'remove' ? await store.read(record.callId) : undefined;
      if (stored !== undefined) await store.replace({ ...record, phase: 'active' }, stored.etag);
    },
  });
  const world = await purgeOnce([record], 7, store);
  expect((await world.store.read(record.callId))?.record.phase).toBe('active');
  expect(purges(world)).toMatchObject([{ records: 0, failed: 0 }]);
});

test('a removal that fails is counted and logged, the others go on, and the next day makes up for it', async () => {
  const ended = { phase: 'ended', endReason: 'terminated', endedAtMs: WORLD_START_MS - 9 * DAY_MS } as const;
  const records = Array.from({ length: 40 }, () => newRecord({ ...ended, firstSeenAtMs: WORLD_START_MS - 9 * DAY_MS }));
  const broken = records[7]?.callId;
  let isBroken = true;
  const store = createMemoryCallStore({
    before: (operation, callId) => {
      if (operation === 'remove' && callId === broken && isBroken) throw new CallStoreError(operation, '500', callId);
    },
  });
  const world = await purgeOnce(records, 7, store);
  expect(purges(world)).toMatchObject([{ level: 'warning', records: 39, failed: 1 }]);
  expect(world.events.filter(({ event }) => event === 'purge.failed')).toMatchObject([{ callId: broken }]);
  isBroken = false;
  await world.clock.runFor(DAY_MS);
  expect(purges(world).at(-1)).toMatchObject({ level: 'info', records: 1, failed: 0 });
});

test('an instance counts from its creation, in windows of a day, thirty of them', async () => {
  const windows: { readonly fromMs: number; readonly toMs: number }[] = [];
  const world = await startVirtualWorld({
    dependencies: () => ({
      createDurableCalls: () => ({
        start: async () => 'started',
        raiseCallEnded: async () => undefined,
        status: async () => undefined,
        livePage: async () => ({ instances: [] }),
        input: async () => undefined,
        terminate: async () => undefined,
        purgeFinished: async (window) => {
          windows.push(window);
          if (windows.length === 3) throw new Error('HTTP 500');
          return 2;
        },
      }),
    }),
  });
  await world.clock.runUntil(purgeOf(3) + MINUTE_MS);
  expect(windows).toHaveLength(30);
  expect(windows[0]).toEqual({ fromMs: purgeOf(3) - 8 * DAY_MS, toMs: purgeOf(3) - 7 * DAY_MS });
  expect(windows.slice(1).map(({ toMs }) => toMs)).toEqual(windows.slice(0, -1).map(({ fromMs }) => fromMs));
  expect(windows.every(({ fromMs, toMs }) => toMs - fromMs === DAY_MS)).toBe(true);
  expect(purges(world)).toMatchObject([{ instances: 58, failed: 1 }]);
});

test('the record of a call whose end the webhook may still be told of stays, however short the retention', async () => {
  const webhook = {
    deliver: async () => {
      throw new Error('HTTP 500');
    },
  };
  const world = await startVirtualWorld({ dependencies: () => ({ webhook, callRetentionMs: DAY_MS }) });
  const callId = await world.startCall({ hangUpAfterSeconds: 20 * 60 });
  await world.clock.runUntil(purgeOf(4) + MINUTE_MS);
  expect(await isKnown(world, callId)).toMatchObject({ record: true });
  await world.clock.runUntil(purgeOf(5) + MINUTE_MS);
  expect(await isKnown(world, callId)).toMatchObject({ record: false });
});
