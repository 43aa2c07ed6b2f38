import { expect, test } from 'vitest';
import { createInProcessDurableCalls } from '../../local/in-process-durable-client.ts';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  startVirtualWorld,
  type VirtualWorld,
  WORLD_START_MS,
  type WorldOptions,
} from '../support/virtual-world.ts';

const HUB = 'https://keepalive.example/runtime/webhooks/durabletask/instances';
const RUN_MS = 5 * MINUTE_MS;

async function recordOf(world: VirtualWorld, callId: string): Promise<CallRecord | undefined> {
  return (await world.store.read(parseCallId(callId) as CallId))?.record;
}

/** Minutes at which keepAlive succeeded. */
function successes(world: VirtualWorld, callId: string): readonly number[] {
  return world.keepAlives(callId).flatMap(({ minute, status }) => (status === 200 ? [minute] : []));
}

/** The longest time without a success since the start, in minutes. */
function longestGap(world: VirtualWorld, callId: string): number {
  const at = [0, ...successes(world, callId)];
  return Math.max(...at.slice(1).map((minute, index) => minute - (at[index] ?? 0)));
}

const order = (world: VirtualWorld, callId: string, operation: string) =>
  world.request('POST', `${HUB}/call-${callId}/${operation}?reason=test`, {
    headers: { 'content-type': 'application/json' },
  });

/** Holds back what an engine should deliver: for ever, or until `release`. */
function stuckEngine(isStuck: (eventType: number) => boolean): NonNullable<WorldOptions['engine']> {
  return {
    faults: { deliveryDelayMs: ({ event }) => (isStuck(event.EventType) ? 1_000 * HOUR_MS : 0) },
  };
}
const EXECUTION_STARTED = 0;
const EXECUTION_TERMINATED = 3;
const EVENT_RAISED = 15;
const TASK_COMPLETED = 5;

test('nothing is done about a call that is well, for a day', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(24 * HOUR_MS);
  const runs = world.events.filter(({ event }) => event === 'reconcile.completed');
  expect(runs).toHaveLength(288);
  expect(runs.every(({ actions, failed, records }) => actions === 0 && failed === 0 && records === 0)).toBe(true);
  const turns = world.events.filter(({ event }) => event === 'reconcile.compared');
  expect(turns).toHaveLength(24);
  expect(turns.every(({ records, instances }) => records === 1 && instances === 1)).toBe(true);
  expect(successes(world, callId)).toEqual(Array.from({ length: 96 }, (_, index) => (index + 1) * 15));
});

test('a killed app reconciles no more, the one after it does', async () => {
  const world = await startVirtualWorld();
  const runs = () => world.events.filter(({ event }) => event === 'reconcile.completed').length;
  await world.clock.runFor(RUN_MS);
  await world.crashAndRestart(HOUR_MS);
  expect(runs()).toBe(1);
  await world.clock.runFor(HOUR_MS);
  expect(runs()).toBe(13);
});

test('a call whose established was lost is found at its tenth minute, and kept alive until it is terminated', async () => {
  const world = await startVirtualWorld();
  world.graph.addFault({ operation: 'notification', state: 'established', lost: true });
  const callId = await world.startCall();
  await world.clock.runFor(56 * MINUTE_MS);
  expect(successes(world, callId)).toEqual([10, 25, 40, 55]);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
  world.graph.hangUp(callId);
  await world.clock.runFor(MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'terminated', keepAlives: 3 });
});

test('a call whose established and terminated were lost is ended, never started', async () => {
  const world = await startVirtualWorld();
  world.graph.addFault({ operation: 'notification', state: 'established', lost: true });
  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  const callId = await world.startCall({ hangUpAfterSeconds: 60 });
  await world.clock.runFor(HOUR_MS);
  const minutes = [10, 15, 20, 25, 30, 35, 40, 45]; // in the last one 45 minutes are over: it cannot be alive
  expect(world.keepAlives(callId)).toEqual(minutes.map((minute) => ({ minute, status: 404 })));
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'notFound' });
  expect(world.countEvents('call.ended', callId)).toBe(1);
  expect((await world.request('GET', `${HUB}/call-${callId}`)).status).toBe(404);
});

test('a call that Graph does not know before it is established is kept alive once it is', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall({ establishAfterSeconds: 22 * 60 });
  world.graph.addFault({ operation: 'keepAlive', callId, times: 3, status: 404, errorCode: '8522' });
  await world.clock.runFor(HOUR_MS);
  const statuses = world.keepAlives(callId).map(({ status }) => status);
  expect(statuses.slice(0, 3)).toEqual([404, 404, 404]);
  expect(statuses.slice(3)).toContain(200);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
});

test('a call whose terminated was lost is found by its own next keepAlive', async () => {
  const world = await startVirtualWorld();
  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  const callId = await world.startCall({ hangUpAfterSeconds: 20 * 60 });
  await world.clock.runFor(HOUR_MS);
  expect(world.keepAlives(callId)).toEqual([
    { minute: 15, status: 200 },
    { minute: 30, status: 404 },
  ]);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'notFound', keepAlives: 1 });
});

test.each([403, 429, 503])(
  'a call that was never established and gets a %i is left alone, and asked for again',
  async (status) => {
    const world = await startVirtualWorld();
    world.graph.addFault({ operation: 'notification', state: 'established', lost: true });
    world.graph.addFault({ operation: 'keepAlive', status, times: 2 });
    const callId = await world.startCall();
    await world.clock.runFor(36 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual([
      { minute: 10, status },
      { minute: 15, status },
      { minute: 20, status: 200 },
      { minute: 35, status: 200 },
    ]);
  },
);

test('a start that a crash cut off between record and instance is made by the next run', async () => {
  const world = await startVirtualWorld();
  world.graph.addFault({ operation: 'notification', times: 'always', lost: true });
  await world.clock.runFor(4 * MINUTE_MS + 30 * SECOND_MS);
  const callId = await world.startCall();
  const nowMs = world.clock.nowMs();
  await world.store.insert({
    callId: parseCallId(callId) as CallId,
    graphCallId: callId,
    appId: 'app',
    phase: 'starting',
    firstSeenAtMs: nowMs,
    establishedAtMs: nowMs,
    facts: {},
  });
  await world.clock.runFor(MINUTE_MS);
  // 30 seconds old at that run: it might have been in the middle of its start.
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'starting' });
  await world.clock.runFor(20 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
  expect(successes(world, callId)).toEqual([10, 25]);
});

test('a call whose instance an operator terminated is closed as stopped, and never started again', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(31 * MINUTE_MS);
  await order(world, callId, 'terminate');
  await world.clock.runFor(40 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({
    phase: 'ended',
    endReason: 'stopped',
    keepAlives: 2,
    lastKeepAliveAtMs: WORLD_START_MS + 30 * MINUTE_MS,
  });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Terminated' });
  expect(successes(world, callId)).toEqual([15, 30]);
});

test('a suspended call is kept alive for 30 hours, and goes on by itself when it is resumed', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'suspend');
  await world.clock.runFor(30 * HOUR_MS);
  expect(longestGap(world, callId)).toBeLessThanOrEqual(20);
  expect(world.countEvents('keepAlive.rescued', callId)).toBeLessThanOrEqual(30 * 6);
  expect(world.countEvents('call.stuck', callId)).toBe(world.countEvents('keepAlive.rescued', callId));

  await order(world, callId, 'resume');
  await world.clock.runFor(HOUR_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
  expect(await world.status(callId)).toMatchObject({ customStatus: { phase: 'waiting', keepAlives: 6 } });
  expect(world.graph.call(callId)?.state).toBe('established');
});

test('a suspended call that Graph has ended ends when its next keepAlive is missed, and is cleaned up by another instance than the suspended one', async () => {
  const world = await startVirtualWorld();
  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  const callId = await world.startCall({ hangUpAfterSeconds: 20 * 60 });
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'suspend');
  await world.clock.runFor(20 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'notFound' });
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Suspended' });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(0);
  await world.clock.runFor(20 * MINUTE_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Terminated' });
  expect(await recordOf(world, callId)).toMatchObject({ endReason: 'notFound', keepAlives: 1 });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
});

test('a call whose instance never leaves Pending is rescued every twenty minutes, and ended by a 404', async () => {
  const world = await startVirtualWorld({ engine: stuckEngine((type) => type === EXECUTION_STARTED) });
  const callId = await world.startCall();
  await world.clock.runFor(3 * HOUR_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Pending' });
  expect(successes(world, callId).slice(0, 4)).toEqual([20, 40, 60, 80]);
  expect(longestGap(world, callId)).toBe(20);
  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  world.graph.hangUp(callId);
  await world.clock.runFor(30 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'notFound' });
});

test('a call whose timer does not fire is rescued from five minutes after it was due', async () => {
  const world = await startVirtualWorld({ engine: { faults: { timerDelayMs: () => 2 * HOUR_MS } } });
  const callId = await world.startCall();
  await world.clock.runFor(2 * HOUR_MS);
  expect(successes(world, callId)[0]).toBe(20);
  expect(longestGap(world, callId)).toBeLessThanOrEqual(20);
  expect(world.events.find(({ event }) => event === 'call.stuck')).toMatchObject({
    level: 'warning',
    reason: 'overdue',
    callId,
  });
});

test('a rescue that fails is tried again at every run', async () => {
  const world = await startVirtualWorld({ engine: { faults: { timerDelayMs: () => 2 * HOUR_MS } } });
  const callId = await world.startCall();
  world.graph.addFault({ operation: 'keepAlive', status: 503, times: 4 });
  await world.clock.runFor(HOUR_MS);
  expect(world.keepAlives(callId).slice(0, 6)).toEqual([
    { minute: 20, status: 503 },
    { minute: 25, status: 503 },
    { minute: 30, status: 503 },
    { minute: 35, status: 503 },
    { minute: 40, status: 200 },
    { minute: 60, status: 200 },
  ]);
});

test('an instance that does not hear the end is told again, then terminated, and the call is cleaned up once', async () => {
  const world = await startVirtualWorld({ engine: stuckEngine((type) => type === EVENT_RAISED) });
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  world.graph.hangUp(callId);
  await world.clock.runFor(5 * MINUTE_MS);
  expect(world.events.filter(({ event }) => event === 'call.reconciled')).toMatchObject([
    { callId, result: 'endRepeated' },
  ]);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
  await world.clock.runFor(5 * MINUTE_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Terminated' });
  await world.clock.runFor(5 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({
    endReason: 'terminated',
    keepAlives: 1,
    cleanedUpAtMs: expect.any(Number),
  });
  await world.clock.runFor(HOUR_MS);
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
  expect(world.countEvents('call.reconciled', callId)).toBe(2);
});

test.each([
  ['does not hear the end', (type: number) => type === EVENT_RAISED],
  ['does not hear of its keepAlive', (type: number) => type === TASK_COMPLETED],
])('the webhook is told of a call whose instance %s and is terminated', async (_, isHeldBack) => {
  const delivered: object[] = [];
  const webhook = {
    async deliver(_id: string, message: { readonly data: object }) {
      delivered.push(message);
      return 204;
    },
  };
  let isStuck = true;
  const engine = { faults: { deliveryDelayMs: held } };
  function held({ event }: { readonly event: { readonly EventType: number } }) {
    return isStuck && isHeldBack(event.EventType) ? 12 * MINUTE_MS : 0;
  }
  const world = await startVirtualWorld({ engine, dependencies: () => ({ webhook }) });
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  world.graph.hangUp(callId);
  await world.clock.runFor(10 * MINUTE_MS);
  isStuck = false;
  await world.clock.runFor(HOUR_MS);
  expect(delivered).toMatchObject([{ data: { callId, endReason: 'terminated' } }]);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { webhook: 'delivered' } });
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', cleanedUpAtMs: expect.any(Number) });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
});

test('an instance that tells the webhook of the end for a day is left to it', async () => {
  let deliveries = 0;
  const webhook = {
    deliver: async () => {
      deliveries++;
      throw new Error('the receiver is down');
    },
  };
  const world = await startVirtualWorld({ dependencies: () => ({ webhook }) });
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  world.graph.hangUp(callId);
  await world.clock.runFor(23 * HOUR_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running', customStatus: { phase: 'ended' } });
  await world.clock.runFor(5 * HOUR_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { webhook: 'undelivered' } });
  expect(deliveries).toBe(30);
  expect(world.countEvents('call.reconciled', callId)).toBe(0);
});

test('the webhook is told of a call whose instance an operator terminated, once and without another keepAlive', async () => {
  const delivered: { readonly data: object }[] = [];
  const webhook = {
    async deliver(_: string, message: { readonly data: object }) {
      delivered.push(message);
      if (delivered.length === 1) throw new Error('the receiver is down');
      return 204;
    },
  };
  const world = await startVirtualWorld({ dependencies: () => ({ webhook }) });
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'terminate');
  await world.clock.runFor(3 * HOUR_MS);
  const told = { type: 'call.ended', data: { callId, endReason: 'stopped', keepAlives: 1 } };
  expect(delivered).toMatchObject([told, told]);
  expect(await world.status(callId)).toMatchObject({
    runtimeStatus: 'Completed',
    output: { endReason: 'stopped', keepAlives: 1, webhook: 'delivered' },
  });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
  expect(successes(world, callId)).toEqual([15]);
});

test('the webhook is told although an order to terminate the instance comes so late that it meets the one that tells it', async () => {
  const delivered: string[] = [];
  const webhook = { deliver: async (callId: string) => delivered.push(callId) };
  let orders = 0;
  const lateOrder: WorldOptions['engine'] = {
    // The second order waits with a host that died.
    faults: {
      deliveryDelayMs: ({ event }) => (event.EventType === EXECUTION_TERMINATED ? 3 * MINUTE_MS * orders++ : 0),
    },
  };
  const world = await startVirtualWorld({ engine: lateOrder, dependencies: () => ({ webhook }) });
  const callId = await world.startCall();
  await world.clock.runFor(4 * MINUTE_MS);
  await order(world, callId, 'terminate');
  await order(world, callId, 'terminate');
  await world.clock.runFor(HOUR_MS);
  expect(delivered).toEqual([callId]);
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
});

test('the webhook is told although the app dies between the start of its delivery and the record', async () => {
  const delivered: string[] = [];
  const webhook = { deliver: async (callId: string) => delivered.push(callId) };
  let isDying = false;
  const store = createMemoryCallStore({
    before(operation) {
      if (isDying && operation === 'replace') throw new CallStoreError('replace', 'ECONNRESET');
    },
  });
  const world = await startVirtualWorld({ store, dependencies: () => ({ webhook }) });
  const callId = await world.startCall();
  await world.clock.runFor(MINUTE_MS);
  await order(world, callId, 'terminate');
  isDying = true;
  await world.clock.runFor(6 * MINUTE_MS);
  isDying = false;
  await world.clock.runFor(HOUR_MS);
  expect(delivered).toEqual([callId]);
  expect(await recordOf(world, callId)).toMatchObject({
    phase: 'ended',
    endReason: 'stopped',
    cleanedUpAtMs: expect.any(Number),
  });
});

test('the webhook is told although the engine does not take the order for half an hour, after the record says that the call has ended', async () => {
  const delivered: string[] = [];
  const webhook = { deliver: async (callId: string) => delivered.push(callId) };
  let takesOrders = true;
  const world = await startVirtualWorld({
    dependencies: ({ clock }, askEngine) => {
      const ask: typeof askEngine = async (request) =>
        !takesOrders && request.url.pathname.includes('/orchestrators/') ? { status: 503 } : askEngine(request);
      return {
        webhook,
        createDurableCalls: (client) => createInProcessDurableCalls(client, ask, clock),
      };
    },
  });
  const callId = await world.startCall();
  await world.clock.runFor(MINUTE_MS);
  await order(world, callId, 'terminate');
  takesOrders = false;
  await world.clock.runFor(30 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'stopped' });
  expect((await recordOf(world, callId))?.cleanedUpAtMs).toBeUndefined();
  // As if another process than the one that wrote this went on.
  await world.crashAndRestart(0);
  takesOrders = true;
  await world.clock.runFor(HOUR_MS);
  expect(delivered).toEqual([callId]);
  expect(await recordOf(world, callId)).toMatchObject({ endReason: 'stopped', cleanedUpAtMs: expect.any(Number) });
  expect(world.countEvents('call.ended', callId)).toBe(1);
});

test('a running instance without a record gets one from its input, and is kept alive as before', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  const before = await world.store.read(parseCallId(callId) as CallId);
  await world.store.remove(parseCallId(callId) as CallId, before?.etag ?? '');
  await world.clock.runFor(50 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({
    phase: 'active',
    graphCallId: before?.record.graphCallId,
    firstSeenAtMs: before?.record.firstSeenAtMs,
    facts: { tenantId: before?.record.facts.tenantId },
  });
  expect(successes(world, callId)).toEqual([15, 30, 45, 60]);
  world.graph.hangUp(callId);
  await world.clock.runFor(MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'terminated', keepAlives: 4 });
});

test('a call whose instance is gone is started again, its age and its last success kept, and its next keepAlive is due as before', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(30 * HOUR_MS + MINUTE_MS);
  await world.hub.commit({ purge: [`call-${callId}`] });
  await world.clock.runFor(HOUR_MS);
  expect(successes(world, callId).slice(-4)).toEqual([1815, 1830, 1845, 1860]);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active', firstSeenAtMs: WORLD_START_MS });
});

async function fail(world: VirtualWorld, callId: string): Promise<void> {
  const row = await world.hub.readInstance(`call-${callId}`);
  if (row === undefined) throw new Error(`no instance of ${callId}`);
  const failed = { ...row, runtimeStatus: 'Failed' as const, output: 'boom', revision: row.revision + 1 };
  const history = { kind: 'append' as const, entries: [] };
  await world.hub.commit({ instances: [{ row: failed, expectedRevision: row.revision, history }] });
}

test('a call of 30 hours whose instance fails is started again, and the next keepAlive sent when it is due', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(30 * HOUR_MS + MINUTE_MS);
  await fail(world, callId);
  await world.clock.runFor(HOUR_MS);
  expect(successes(world, callId).slice(-5)).toEqual([1800, 1815, 1830, 1845, 1860]);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active', restarts: 1 });
});

test('a call whose instance keeps failing is started again three times, then rescued', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  for (let restarts = 1; restarts <= 3; restarts++) {
    await world.clock.runFor(2 * MINUTE_MS);
    await fail(world, callId);
    await world.clock.runFor(restarts === 1 ? 18 * MINUTE_MS + SECOND_MS : 20 * MINUTE_MS);
    expect(await recordOf(world, callId)).toMatchObject({ phase: 'active', restarts });
  }
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
  await fail(world, callId);
  await world.clock.runFor(3 * HOUR_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Failed' });
  expect(longestGap(world, callId)).toBeLessThanOrEqual(20);
  expect(world.graph.call(callId)?.state).toBe('established');

  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  world.graph.hangUp(callId);
  await world.clock.runFor(20 * MINUTE_MS);
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'ended', endReason: 'notFound' });
  expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
});

/** A day of tries is replayed with each of them: seconds of work, more on a busy machine. */
const LONG = { timeout: 180_000 };

test('the record of a call whose clean-up failed is closed from the output of its instance', LONG, async () => {
  const outage = { since: Number.POSITIVE_INFINITY };
  const store = createMemoryCallStore({
    before: (operation) => {
      // The reconciler lists and reads; the clean-up writes.
      if (operation === 'replace' && world.clock.nowMs() >= outage.since) throw new CallStoreError(operation, '503');
    },
  });
  const world: VirtualWorld = await startVirtualWorld({ store });
  world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
  const callId = await world.startCall({ hangUpAfterSeconds: 20 * 60 });
  await world.clock.runFor(16 * MINUTE_MS);
  outage.since = world.clock.nowMs();
  await world.clock.runFor(30 * HOUR_MS);
  expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { cleanUp: 'failed' } });
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
  outage.since = Number.POSITIVE_INFINITY;
  await world.clock.runFor(RUN_MS);
  expect(await recordOf(world, callId)).toMatchObject({
    phase: 'ended',
    endReason: 'notFound',
    keepAlives: 1,
    lastKeepAliveAtMs: WORLD_START_MS + 15 * MINUTE_MS,
  });
});

test('one call that cannot be reconciled does not hold up the others', async () => {
  let broken = '';
  const store = createMemoryCallStore({
    before: (operation, callId) => {
      if (operation === 'read' && callId === broken) throw new CallStoreError(operation, '500', callId);
    },
  });
  const world = await startVirtualWorld({ store, engine: { faults: { timerDelayMs: () => 2 * HOUR_MS } } });
  const [first, second] = [await world.startCall(), await world.startCall()];
  await world.clock.runFor(MINUTE_MS);
  broken = first;
  await world.clock.runFor(20 * MINUTE_MS);
  expect(successes(world, first)).toEqual([]);
  expect(successes(world, second)).toEqual([20]);
  expect(world.events.filter(({ event }) => event === 'reconcile.failed')).toMatchObject([
    { callId: first, level: 'error' },
  ]);
  expect(world.events.filter(({ event }) => event === 'reconcile.completed').at(-1)).toMatchObject({
    level: 'warning',
    failed: 1,
    rescue: 1,
  });
});

test('a run that cannot list the calls in question fails, and the next one does the work', async () => {
  let isDown = false;
  const store = createMemoryCallStore({
    before: (operation) => {
      if (operation === 'listDue' && isDown) throw new CallStoreError(operation, '503');
    },
  });
  const world = await startVirtualWorld({ store, engine: { faults: { timerDelayMs: () => 2 * HOUR_MS } } });
  const callId = await world.startCall();
  isDown = true;
  await world.clock.runFor(21 * MINUTE_MS);
  expect(world.events.filter(({ event }) => event === 'reconcile.failed')).toHaveLength(4);
  expect(world.events.some(({ event }) => event === 'reconcile.completed')).toBe(false);
  isDown = false;
  await world.clock.runFor(4 * MINUTE_MS);
  expect(successes(world, callId)).toEqual([25]);
});

test('300 stuck calls are rescued in one run, at no more than 50 requests a second', async () => {
  const world = await startVirtualWorld({ engine: { faults: { timerDelayMs: () => 2 * HOUR_MS } } });
  for (let calls = 0; calls < 300; calls++) await world.startCall({ establishAfterSeconds: 0 });
  await world.clock.runFor(21 * MINUTE_MS);
  const sentAtMs = world.graph.keepAliveLog().flatMap((entry) => (entry.kind === 'keepAlive' ? [entry.atMs] : []));
  expect(sentAtMs).toHaveLength(300);
  const inOneSecond = sentAtMs.map((fromMs) => sentAtMs.filter((ms) => ms >= fromMs && ms < fromMs + SECOND_MS).length);
  expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(50);
  expect(world.events.filter(({ event }) => event === 'reconcile.completed').at(-1)).toMatchObject({
    records: 300,
    instances: 0,
    rescue: 300,
    failed: 0,
    durationMs: expect.any(Number),
  });
});

/** A world whose webhook is told of each end, and the calls it was told of. */
async function startToldWorld(options: WorldOptions = {}) {
  const told: string[] = [];
  const webhook = { deliver: async (callId: string) => told.push(callId) };
  const world = await startVirtualWorld({ ...options, dependencies: () => ({ webhook }) });
  return { world, told };
}

test.each([1, 4])(
  'a call that Graph ends while its instance has failed, %i times, is cleaned up and told to the webhook',
  async (times) => {
    const { world, told } = await startToldWorld();
    const callId = await world.startCall();
    for (let time = 1; time < times; time++) {
      await world.clock.runFor(RUN_MS);
      await fail(world, callId);
    }
    await world.clock.runFor(17 * MINUTE_MS);
    await fail(world, callId);
    if (times > 3) await world.clock.runFor(2 * HOUR_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(HOUR_MS);
    const record = await recordOf(world, callId);
    expect(record).toMatchObject({ endReason: 'terminated', cleanedUpAtMs: expect.any(Number) });
    expect(told).toEqual([callId]);
  },
);

test('a call that Graph ends when its instance is gone altogether is cleaned up and told to the webhook', async () => {
  const { world, told } = await startToldWorld();
  const callId = await world.startCall();
  await world.clock.runFor(17 * MINUTE_MS);
  await order(world, callId, 'terminate');
  await world.request('DELETE', `${HUB}/call-${callId}`);
  world.graph.hangUp(callId);
  await world.clock.runFor(HOUR_MS);
  expect(await recordOf(world, callId)).toMatchObject({ cleanedUpAtMs: expect.any(Number) });
  expect(told).toEqual([callId]);
});

test('the end of a call whose row was deleted before is told, though its instance is suspended: a day later, by another', async () => {
  const { world, told } = await startToldWorld();
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'suspend');
  const row = await world.store.read(parseCallId(callId) as CallId);
  await world.store.remove(parseCallId(callId) as CallId, row?.etag ?? '');
  world.graph.hangUp(callId);
  await world.clock.runFor(28 * HOUR_MS);
  expect(told).toEqual([callId]);
  expect(await recordOf(world, callId)).toMatchObject({ endReason: 'terminated', cleanedUpAtMs: expect.any(Number) });
});

test('a keepAlive counts once though the record did not learn for a while that the instance runs', async () => {
  let refusals = 0;
  const store = createMemoryCallStore({
    before: (operation) => {
      if (operation === 'replace' && refusals-- > 0) throw new CallStoreError(operation, '503');
    },
  });
  const world = await startVirtualWorld({ store });
  for (const state of ['establishing', 'ringing'] as const) {
    world.graph.addFault({ operation: 'notification', state, lost: true });
  }
  refusals = 1;
  const callId = await world.startCall();
  await world.clock.runFor(50 * MINUTE_MS);
  const { phase, keepAlives = 0, otherKeepAlives = 0 } = (await recordOf(world, callId)) ?? expect.unreachable();
  expect(phase).toBe('active');
  expect(refusals).toBeLessThan(0);
  expect(keepAlives + otherKeepAlives).toBe(successes(world, callId).length);
});

test('a call that was never established and has ended is left as it is', async () => {
  const { world, told } = await startToldWorld();
  const callId = await world.startCall({ establishAfterSeconds: 10 * 60 });
  await world.clock.runFor(MINUTE_MS);
  world.graph.hangUp(callId);
  await world.clock.runFor(HOUR_MS);
  expect((await recordOf(world, callId))?.cleanedUpAtMs).toBeUndefined();
  expect(told).toEqual([]);
});

test('a call that is registered again while its last run is being closed is kept alive', async () => {
  const memory = createMemoryCallStore();
  let whileClosing: (() => Promise<unknown>) | undefined;
  const store: CallStore = {
    ...memory,
    async replace(record, etag) {
      const act = record.phase === 'ended' ? whileClosing : undefined;
      if (act !== undefined) whileClosing = undefined;
      await act?.();
      return memory.replace(record, etag);
    },
  };
  const world = await startVirtualWorld({ store });
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'terminate');
  const registered = Promise.withResolvers<number>();
  whileClosing = async () => {
    registered.resolve((await world.register(callId)).status);
  };
  await world.clock.runFor(5 * RUN_MS);
  expect(await registered.promise).toBe(202);
  await world.clock.runFor(2 * HOUR_MS);
  expect(world.graph.call(callId)?.state).toBe('established');
});

test('a call is not taken up on top of the instance that tells the webhook how its last run ended', async () => {
  const memory = createMemoryCallStore();
  const store: CallStore = {
    ...memory,
    async replace(record, etag) {
      // Between the start of that instance and this write the operator's own write comes.
      if (record.cleanedUpAtMs !== undefined) await wait(SECOND_MS);
      return memory.replace(record, etag);
    },
  };
  let isDown = true;
  const webhook = { deliver: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(204)) };
  const world: VirtualWorld = await startVirtualWorld({ store, dependencies: () => ({ webhook }) });
  const wait = (ms: number) => world.clock.suspend(new Promise<void>((done) => void world.clock.after(ms, done)));
  const register = async () => (await world.register(callId)).status;
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'terminate');
  await world.clock.runFor(19 * MINUTE_MS - 5 * SECOND_MS);
  world.graph.addFault({ operation: 'keepAlive', delaySeconds: 5.5 });
  const registered = register();
  await world.clock.runFor(10 * SECOND_MS);
  expect(await registered).toBe(409);
  isDown = false;
  await world.clock.runFor(5 * MINUTE_MS);
  expect(await register()).toBe(202);
  await world.clock.runFor(2 * HOUR_MS);
  expect(world.graph.call(callId)?.state).toBe('established');
  expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
});

test.each([0, 10, 20, 29, 31])(
  'with the longest interval a hung instance that was due %i s before a run is rescued in time',
  async (seconds) => {
    const world = await startVirtualWorld({
      engine: { faults: { timerDelayMs: () => 1_000 * HOUR_MS } },
      dependencies: () => ({ limits: toKeepaliveLimits({ intervalMs: 2_100_000, timeScale: 1 }) }),
    });
    await world.clock.runFor(RUN_MS - seconds * SECOND_MS);
    const callId = await world.startCall();
    await world.clock.runFor(HOUR_MS);
    expect(world.graph.call(callId)?.state).toBe('established');
  },
);
