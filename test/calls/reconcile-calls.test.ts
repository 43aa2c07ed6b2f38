import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import { createCallStoreWithLooks } from '../../src/adapters/call-store-with-looks.ts';
import type { CallInstance, DurableHub } from '../../src/adapters/durable-calls.ts';
import { reconcileCalls } from '../../src/calls/reconcile-calls.ts';
import type { ReconcileEffects } from '../../src/calls/reconcile-effects.ts';
import { type CallId, toInstanceId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import { startKeepalive } from '../../src/core/keepalive/keepalive-state.ts';
import { NO_TURN_YET } from '../../src/core/reconcile/compare-progress.ts';
import { createManualClock, type ManualClock } from '../adapters/manual-clock.ts';
import { newCallId, newRecord } from '../contract/call-store-contract.ts';
import { limits, reconcileEffects } from './reconcile-test-effects.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 0, 5, 12);

let clock: ManualClock;
let storeRequests: string[];
let hubRequests: string[];
let instances: Map<CallId, CallInstance>;
let store: CallStore;
let rescued: string[];
let events: AppEvent[];

/** When the last comparison of all records and instances began: the next one is due an hour later. */
const comparedAtMs = (startedAtMs: number) =>
  store.writeProgress({ ...NO_TURN_YET, startedAtMs, filledInAtMs: startedAtMs });

beforeEach(async () => {
  clock = createManualClock(NOW);
  storeRequests = [];
  hubRequests = [];
  instances = new Map();
  const memory = createMemoryCallStore({ before: (operation) => void storeRequests.push(operation) });
  store = createCallStoreWithLooks(memory, limits);
  await comparedAtMs(NOW);
  rescued = [];
  events = [];
});

const hub: DurableHub = {
  start: async (callId) => {
    hubRequests.push('start');
    if (instances.has(callId)) return 'running';
    instances.set(callId, instanceOf(callId, 'Pending', null));
    return 'started';
  },
  raiseCallEnded: async () => void hubRequests.push('raiseCallEnded'),
  status: async (callId) => {
    hubRequests.push('status');
    return instances.get(callId);
  },
  livePage: async (idPrefix) => {
    hubRequests.push('livePage');
    const found = [...instances].filter(([callId]) => callId.startsWith(idPrefix));
    return { instances: found.map(([callId, instance]) => ({ ...instance, callId })) };
  },
  input: async () => undefined,
  terminate: async () => void hubRequests.push('terminate'),
  purgeFinished: async () => 0,
};

function effects(changes: Partial<ReconcileEffects> = {}): ReconcileEffects {
  return reconcileEffects({
    store,
    durable: hub,
    clock,
    log: (event) => void events.push(event),
    graph: {
      keepAlive: async ({ graphCallId, tenantId = '' }) => {
        rescued.push(graphCallId);
        return { kind: 'answered', status: 200, clientRequestId: '', tenantId, sentAtMs: clock.nowMs(), durationMs: 1 };
      },
    },
    ...changes,
  });
}

function instanceOf(callId: CallId, runtimeStatus: string, customStatus: unknown): CallInstance {
  const now = new Date(clock.nowMs()).toISOString();
  const times = { createdTime: now, lastUpdatedTime: now };
  return { instanceId: toInstanceId(callId), runtimeStatus, ...times, customStatus, output: null };
}

/** An open call whose instance sent its last keepAlive so long ago, and should have sent the next one 15 minutes later. */
async function openCall(lastKeepAliveAgoMs: number, changes: Partial<CallRecord> = {}): Promise<CallId> {
  const callId = newCallId();
  const lastKeepAliveAtMs = NOW - lastKeepAliveAgoMs;
  const established = {
    phase: 'active',
    firstSeenAtMs: NOW - 60 * MINUTE,
    establishedAtMs: NOW - 60 * MINUTE,
  } as const;
  await store.insert(newRecord({ callId, ...established, lastKeepAliveAtMs, ...changes }));
  const at = (ms: number) => new Date(ms).toISOString();
  const status = {
    phase: 'waiting',
    keepAlives: 1,
    lastKeepAliveAt: at(lastKeepAliveAtMs),
    nextKeepAliveAt: at(lastKeepAliveAtMs + limits.intervalMs),
  };
  instances.set(callId, instanceOf(callId, 'Running', status));
  return callId;
}

describe('a run of the reconciler', () => {
  test.each([0, 1, 250])('asks the table twice and the engine nothing when %i calls are well', async (calls) => {
    for (let made = 0; made < calls; made++) await openCall(10 * MINUTE);
    storeRequests.length = 0;
    const summary = await reconcileCalls(effects());
    expect(storeRequests).toEqual(['listDue', 'readProgress']);
    expect(hubRequests).toEqual([]);
    expect(summary).toEqual({ records: 0, instances: 0, done: {}, failed: 0, postponed: 0, byRecord: 0 });
  });

  test('looks at those calls only whose record asks for it', async () => {
    for (let made = 0; made < 20; made++) await openCall(10 * MINUTE);
    const late = await openCall(20 * MINUTE);
    storeRequests.length = 0;
    await reconcileCalls(effects());
    expect(storeRequests).toEqual(['listDue', 'read', 'merge', 'readProgress']);
    expect(hubRequests).toEqual(['status']);
    expect(rescued).toEqual([late]);
  });

  test('asks for no call that was to be hung up before the app was told to hang up none', async () => {
    await openCall(10 * MINUTE, { aloneSinceMs: NOW - HOUR, hangUpAtMs: NOW - 30 * MINUTE });
    const late = await openCall(20 * MINUTE, { aloneSinceMs: NOW - HOUR, hangUpAtMs: NOW - 30 * MINUTE });
    expect(await reconcileCalls(effects())).toMatchObject({ records: 1 });
    expect(hubRequests).toEqual(['status']);
    expect(rescued).toEqual([late]);
  });

  test('does nothing about a call whose record is behind and whose instance is well', async () => {
    const late = await openCall(20 * MINUTE);
    const next = { phase: 'waiting', keepAlives: 2, nextKeepAliveAt: new Date(NOW + MINUTE).toISOString() };
    instances.set(late, instanceOf(late, 'Running', next));
    const summary = await reconcileCalls(effects());
    expect(rescued).toEqual([]);
    expect(summary).toMatchObject({ records: 1, done: {} });
  });

  test('rescues with the tenant that Graph accepted last', async () => {
    const callId = await openCall(20 * MINUTE, { facts: { tenantId: 'named' } });
    const asked: unknown[] = [];
    const graph: ReconcileEffects['graph'] = {
      keepAlive: (target) => {
        asked.push(target.tenantId);
        return effects().graph.keepAlive(target);
      },
    };
    const { customStatus } = instances.get(callId) ?? expect.unreachable();
    instances.set(callId, instanceOf(callId, 'Running', { ...Object(customStatus), tenantId: 'accepted' }));
    await reconcileCalls(effects({ graph }));
    expect(asked).toEqual(['accepted']);
  });

  test('makes a missing record with the id as Graph wrote it', async () => {
    const callId = newCallId();
    instances.set(callId, instanceOf(callId, 'Running', null));
    await comparedAtMs(NOW - HOUR);
    const graphCallId = callId.replaceAll('-', '').toUpperCase();
    const input = async () => startKeepalive({ callId, graphCallId, firstSeenAtMs: NOW - MINUTE, limits });
    await reconcileCalls(effects({ durable: { ...hub, input } }));
    expect((await store.read(callId))?.record).toEqual({
      callId,
      graphCallId,
      appId: 'app',
      phase: 'active',
      firstSeenAtMs: NOW - MINUTE,
      establishedAtMs: NOW - MINUTE,
      nextLookAtMs: NOW + 4 * MINUTE,
      facts: {},
    });
  });

  test('makes no record of an instance that somebody started with something else', async () => {
    const callId = newCallId();
    instances.set(callId, instanceOf(callId, 'Running', null));
    await comparedAtMs(NOW - HOUR);
    const summary = await reconcileCalls(effects({ durable: { ...hub, input: async () => ({ callId }) } }));
    expect(summary).toMatchObject({ failed: 1 });
    expect(await store.read(callId)).toBeUndefined();
  });

  test('saves the call with the least time left first, those past their deadline after it, clean-ups last', async () => {
    const later = await openCall(21 * MINUTE);
    const dead = await openCall(46 * MINUTE);
    const soon = await openCall(44 * MINUTE);
    const deaf = await openCall(60 * MINUTE, { phase: 'ended', endedAtMs: NOW - 10 * MINUTE, endReason: 'terminated' });
    const between = await openCall(30 * MINUTE);
    const inOrder: CallId[] = [];
    const durable: DurableHub = {
      ...hub,
      status: async (callId) => {
        inOrder.push(callId);
        return instances.get(callId);
      },
    };
    await reconcileCalls(effects({ durable }));
    expect(inOrder).toEqual([soon, between, later, dead, deaf]);
    expect(rescued).toEqual([soon, between, later, dead]);
  });

  test('starts no new work after four minutes, and leaves the rest to the next run', async () => {
    for (let made = 0; made < 100; made++) await openCall(20 * MINUTE);
    let requests = 0;
    const pace = async () => {
      if (++requests === 10) clock.advance(4 * MINUTE);
    };
    const first = await reconcileCalls(effects({ pace }));
    expect(first).toMatchObject({ done: { rescue: 32 }, postponed: 68, failed: 0 });
    const second = await reconcileCalls(effects());
    expect(second).toMatchObject({ done: { rescue: 68 }, postponed: 0 });
  });

  test('counts a call that fails, says so once, and goes on with the others', async () => {
    const [first, second] = [await openCall(30 * MINUTE), await openCall(20 * MINUTE)];
    const pace = async () => {
      if (rescued.length === 0 && events.every(({ event }) => event !== 'reconcile.failed')) throw new Error('no turn');
    };
    const summary = await reconcileCalls(effects({ pace }));
    expect(summary).toMatchObject({ failed: 2, done: {} });
    expect(events.filter(({ event }) => event === 'reconcile.failed')).toMatchObject([
      { callId: first, problem: 'no turn' },
      { callId: second, problem: 'no turn' },
    ]);
  });

  test('does not take what is left of an earlier run for the end of one that is registered meanwhile', async () => {
    const callId = await openCall(20 * MINUTE);
    instances.set(callId, instanceOf(callId, 'Completed', null));
    const registeredMeanwhile: CallStore = {
      ...store,
      async read(id) {
        await new Promise(setImmediate);
        const { record, etag } = (await store.read(id)) ?? expect.unreachable();
        await store.replace({ ...record, establishedAtMs: NOW, lastKeepAliveAtMs: NOW }, etag);
        instances.set(id, instanceOf(id, 'Running', { nextKeepAliveAt: new Date(NOW + MINUTE).toISOString() }));
        return store.read(id);
      },
    };
    await reconcileCalls(effects({ store: registeredMeanwhile }));
    expect((await store.read(callId))?.record).toMatchObject({ phase: 'active', establishedAtMs: NOW });
  });

  test('never starts a call that ended while it was looked at', async () => {
    const callId = await openCall(20 * MINUTE);
    instances.clear();
    const durable: DurableHub = {
      ...hub,
      status: async () => {
        const stored = await store.read(callId);
        if (stored !== undefined)
          await store.replace(
            { ...stored.record, phase: 'ended', endedAtMs: NOW, endReason: 'terminated' },
            stored.etag,
          );
        return undefined;
      },
    };
    await reconcileCalls(effects({ durable }));
    expect(hubRequests).not.toContain('start');
    expect((await store.read(callId))?.record).toMatchObject({ phase: 'ended', endReason: 'terminated' });
  });
});
