import { describe, expect, test } from 'vitest';
import { type CallStoreHook, createMemoryCallStore } from '../../local/memory-call-store.ts';
import { callNotification } from '../support/call-notification.ts';
import { expectNothingMore } from '../support/expect-nothing-more.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';

function instances(world: VirtualWorld) {
  return world.hub.queryInstances({ limit: 1_000 });
}

describe('established', () => {
  test.each([
    // How old the call is nobody knows then, so that it is kept alive at once.
    { when: 'at first sight', dueAtMinutes: [0, 15, 30, 45] },
    { when: 'after the call was seen ringing', dueAtMinutes: [15, 30, 45] },
  ])(
    'told 50 times at once $when starts one instance with one keepAlive per due time',
    async ({ when, dueAtMinutes }) => {
      const world = await startVirtualWorld();
      await world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });
      if (when === 'at first sight') await forget(world);
      const established = callNotification(CALL_ID, 'established');
      const answers = await Promise.all(Array.from({ length: 50 }, () => world.notify(established)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 202));
      await world.clock.runFor(46 * MINUTE_MS);
      expect(await instances(world)).toHaveLength(1);
      expect(world.keepAlives(CALL_ID).map(({ minute }) => minute)).toEqual(dueAtMinutes);
      expect(world.countEvents('call.established', CALL_ID)).toBe(1);
      expect((await world.getCall(CALL_ID)).record).toMatchObject({ phase: 'active' });
    },
  );

  test('told again every minute changes nothing', async () => {
    const world = await startVirtualWorld();
    await world.startCall({ callId: CALL_ID });
    for (let minute = 0; minute < 46; minute++) {
      await world.clock.runFor(MINUTE_MS);
      await world.notify(callNotification(CALL_ID, minute % 2 === 0 ? 'established' : 'Hold'));
    }
    expect(await instances(world)).toHaveLength(1);
    expect(world.keepAlives(CALL_ID).map(({ minute }) => minute)).toEqual([15, 30, 45]);
  });

  test('for many calls in one body starts one instance for each', async () => {
    const world = await startVirtualWorld();
    const callIds = Array.from({ length: 40 }, (_, index) => `${String(index).padStart(8, '0')}${CALL_ID.slice(8)}`);
    const value = callIds.flatMap((callId) => Object(callNotification(callId, 'established')).value);
    expect((await world.notify({ value: [...value, ...value] })).status).toBe(202);
    await world.clock.runFor(0);
    const running = await instances(world);
    expect(running.map(({ instanceId }) => instanceId)).toEqual(callIds.map((callId) => `call-${callId}`));
  });
});

describe('terminated', () => {
  test('told before established leaves nothing running', async () => {
    const world = await startVirtualWorld();
    expect((await world.notify(callNotification(CALL_ID, 'terminated'))).status).toBe(202);
    expect((await world.notify(callNotification(CALL_ID, 'established'))).status).toBe(202);
    await world.clock.runFor(0);
    expect(await instances(world)).toEqual([]);
    expect((await world.getCall(CALL_ID)).record).toMatchObject({ phase: 'ended', endReason: 'terminated' });
    await world.clock.runFor(10 * MINUTE_MS);
    expect(await instances(world)).toEqual([]);
    expect((await world.getCall(CALL_ID)).record).toMatchObject({ cleanedUpAt: expect.any(String) });
    await expectNothingMore(world, CALL_ID);
  });

  test.each(['in another body', 'in the same body'])(
    'told before established, %s, is told to the webhook, for the call was established',
    async (where) => {
      const told: string[] = [];
      const webhook = { deliver: async (callId: string) => told.push(callId) };
      const world = await startVirtualWorld({ dependencies: () => ({ webhook }) });
      const [end, start] = ['terminated', 'established'].map((state) => callNotification(CALL_ID, state));
      const bodies =
        where === 'in another body' ? [end, start] : [{ value: [end, start].flatMap((body) => Object(body).value) }];
      for (const body of bodies) expect((await world.notify(body)).status).toBe(202);
      await world.clock.runFor(10 * MINUTE_MS);
      expect(told).toEqual([CALL_ID]);
      expect((await world.getCall(CALL_ID)).record).toMatchObject({ phase: 'ended', endReason: 'terminated' });
      expect(world.keepAlives(CALL_ID)).toEqual([]);
    },
  );

  test('told together with 20 times established leaves nothing running', async () => {
    const world = await startVirtualWorld();
    const states = Array.from({ length: 21 }, (_, index) => (index === 10 ? 'terminated' : 'established'));
    const answers = await Promise.all(states.map((state) => world.notify(callNotification(CALL_ID, state))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await world.clock.runFor(0);
    await expectEnded(world);
    await expectNothingMore(world, CALL_ID);
  });

  // The start writes the record, starts the instance, and writes the record as active.
  test.each([
    { when: 'after the record was written and before the instance exists', at: 'afterFirstWrite' },
    { when: 'after the instance exists and before the record says active', at: 'beforeSecondWrite' },
  ] as const)('told in the middle of a start, $when, leaves nothing running', async ({ at }) => {
    const hook = createInterruption(at, async () => {
      const answer = await world.notify(callNotification(CALL_ID, 'terminated'));
      expect(answer.status).toBe(202);
    });
    const world = await startVirtualWorld({ store: createMemoryCallStore(hook) });
    expect((await world.notify(callNotification(CALL_ID, 'establishing'))).status).toBe(202);
    expect((await world.notify(callNotification(CALL_ID, 'established'))).status).toBe(202);
    expect(hook.wasReached()).toBe(true);
    await world.clock.runFor(0);
    await expectEnded(world);
    expect((await instances(world)).map(({ runtimeStatus }) => runtimeStatus)).toEqual(['Completed']);
    expect(world.countEvents('call.cleanedUp', CALL_ID)).toBe(1);
    await expectNothingMore(world, CALL_ID);
    expect(world.keepAlives(CALL_ID)).toEqual([]);
  });
});

/** Lets `interrupt` happen once, at that write of the record of a call seen before, while its start waits. */
function createInterruption(at: 'afterFirstWrite' | 'beforeSecondWrite', interrupt: () => Promise<void>) {
  let writes = 0;
  let isDone = false;
  const once = async () => {
    if (isDone) return;
    isDone = true;
    await interrupt();
  };
  const before: CallStoreHook = async (operation) => {
    if (operation !== 'replace') return;
    writes++;
    if (at === 'beforeSecondWrite' && writes === 2) await once();
  };
  const after: CallStoreHook = async (operation) => {
    if (operation === 'replace' && at === 'afterFirstWrite') await once();
  };
  return { before, after, wasReached: () => isDone };
}

async function expectEnded(world: VirtualWorld): Promise<void> {
  expect((await world.getCall(CALL_ID)).record).toMatchObject({ phase: 'ended', endReason: 'terminated' });
  for (const { runtimeStatus } of await instances(world)) expect(runtimeStatus).toBe('Completed');
}

/** As if the app had never heard of the call. */
async function forget(world: VirtualWorld): Promise<void> {
  for await (const { record, etag } of world.store.list(['observed'])) await world.store.remove(record.callId, etag);
}
