import { describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import type { CallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';

const order = (world: VirtualWorld, callId: string, what: 'suspend' | 'resume') =>
  world.request('POST', `/runtime/webhooks/durabletask/instances/call-${callId}/${what}?reason=test`);

/** A call whose instance is suspended after its first keepAlive, while reconcileCalls keeps it alive. */
async function suspend(world: VirtualWorld, forMs: number): Promise<string> {
  const callId = await world.startCall();
  await world.clock.runFor(16 * MINUTE_MS);
  await order(world, callId, 'suspend');
  await world.clock.runFor(forMs);
  return callId;
}

type Table = 'up' | 'down' | 'hanging';

/** A world whose table, once told so, does not answer the question for the last success. */
async function startWorld() {
  let table: Table = 'up';
  const store = createMemoryCallStore({
    before: (operation): void | Promise<void> => {
      if (operation !== 'read' || table === 'up') return;
      if (table === 'down') throw new CallStoreError(operation, '503');
      return world.clock.suspend(new Promise<void>((resolve) => world.clock.after(HOUR_MS, resolve)));
    },
  });
  const world: VirtualWorld = await startVirtualWorld({ store });
  return { world, setTable: (to: Table) => (table = to) };
}

describe('a call that was kept alive from outside while its instance was suspended', () => {
  test.each<{ trouble: string; hours: number; failures: number; table: Table }>([
    { trouble: 'nothing fails', hours: 30, failures: 0, table: 'up' },
    { trouble: 'the first try fails', hours: 30, failures: 1, table: 'up' },
    { trouble: 'the first ten tries fail', hours: 30, failures: 10, table: 'up' },
    { trouble: 'the first try fails', hours: 23, failures: 1, table: 'up' },
    { trouble: 'the first tries and the table fail', hours: 30, failures: 3, table: 'down' },
    { trouble: 'the first tries fail and the table hangs', hours: 30, failures: 3, table: 'hanging' },
  ])('goes on when it is resumed after $hours h, though $trouble', async ({ hours, failures, table }) => {
    const { world, setTable } = await startWorld();
    const callId = await suspend(world, hours * HOUR_MS);
    if (failures > 0) world.graph.addFault({ operation: 'keepAlive', status: 503, times: failures });
    setTable(table);
    await order(world, callId, 'resume');
    await world.clock.runFor(20 * MINUTE_MS);
    setTable('up');
    await world.clock.runFor(3 * HOUR_MS);
    expect(world.graph.call(callId)?.state).toBe('established');
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });
    expect((await world.status(callId)).runtimeStatus).toBe('Running');
  });

  test.each([0, 2, 4, 6, 8])(
    'and then meets Graph accepting one minute in ten, from minute %i on, is not lost',
    async (from) => {
      const { world } = await startWorld();
      const callId = await suspend(world, 30 * HOUR_MS);
      await order(world, callId, 'resume');
      for (let minute = 0; minute < 180; minute++) {
        world.graph.clearFaults();
        if (minute % 10 !== from) world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
        await world.clock.runFor(MINUTE_MS);
      }
      expect(world.graph.call(callId)?.state).toBe('established');
    },
  );

  test('raises no alarm, and the margin that is told is the true one', async () => {
    const { world } = await startWorld();
    const callId = await suspend(world, 2 * HOUR_MS);
    await order(world, callId, 'resume');
    await world.clock.runFor(20 * MINUTE_MS);
    const told = world.events.filter(({ event }) => String(event).startsWith('keepAlive.'));
    expect(told.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(told.map(({ marginSeconds }) => Number(marginSeconds)).every((seconds) => seconds >= 1_500)).toBe(true);
    expect(await world.status(callId)).toMatchObject({ customStatus: { worstMarginSeconds: 1_800 } });
  });
});

test.each(['suspended still', 'resumed'] as const)(
  'a call that ends %s is told to the webhook, listed and reported with every keepAlive that Graph took',
  async (how) => {
    const messages: CallEndedMessage[] = [];
    const webhook = { deliver: async (_: string, message: CallEndedMessage) => messages.push(message) };
    const world = await startVirtualWorld({ dependencies: () => ({ webhook }) });
    const callId = await suspend(world, 3 * HOUR_MS);
    if (how === 'resumed') await order(world, callId, 'resume');
    world.graph.hangUp(callId);
    await world.clock.runFor(HOUR_MS);
    const sent = world.keepAlives(callId).filter(({ status }) => status === 200);
    const keepAlives = sent.length;
    const lastKeepAliveAt = new Date(WORLD_START_MS + Number(sent.at(-1)?.minute) * MINUTE_MS).toISOString();
    expect(keepAlives).toBeGreaterThan(8);
    expect(messages).toMatchObject([{ data: { callId, keepAlives, lastKeepAliveAt } }]);
    const { body } = await world.request('GET', `/api/calls/${callId}`);
    expect(body).toMatchObject({ row: { keepAlives, lastKeepAliveAt } });
    expect((await world.request('GET', '/api/report')).body).toMatchObject({ total: { calls: 1, keepAlives } });
  },
);

test('the question for the last success is asked of calls in trouble only', async () => {
  let reads = 0;
  const store = createMemoryCallStore({
    before: (operation) => {
      if (operation === 'read') reads++;
    },
  });
  const world = await startVirtualWorld({ store });
  const callId = await world.startCall();
  await world.clock.runFor(2 * HOUR_MS);
  const before = reads;
  world.graph.addFault({ operation: 'keepAlive', status: 503, times: 4 });
  await world.clock.runFor(16 * MINUTE_MS);
  expect(world.keepAlives(callId).filter(({ status }) => status === 503)).toHaveLength(4);
  expect(reads - before).toBeGreaterThanOrEqual(4);
});

test('two strange 404s twenty minutes apart end nothing before the deadline', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  const strange = { operation: 'keepAlive', status: 404, errorCode: 'ResourceNotFound' } as const;
  world.graph.addFault({ ...strange, times: 1 });
  await world.clock.runFor(15 * MINUTE_MS);
  world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
  await world.clock.runFor(20 * MINUTE_MS);
  world.graph.clearFaults();
  world.graph.addFault({ ...strange, times: 2 });
  await world.clock.runFor(2 * HOUR_MS);
  expect(world.keepAlives(callId).filter(({ status }) => status === 404)).toHaveLength(3);
  expect(world.graph.call(callId)?.state).toBe('established');
  expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });
});
