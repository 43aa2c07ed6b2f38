import { expect } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import { MINUTE_MS, SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';
import { CALL_ID, type Reported } from './reported.ts';

const ended = (world: VirtualWorld) => world.countEvents('call.ended', CALL_ID);
const inGraph = (world: VirtualWorld) => world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });

/** The engine cannot store the next message: its answer is 500. */
function refuseNextWrite({ hub }: VirtualWorld): void {
  const { commit } = hub;
  Object.assign(hub, {
    commit: async () => {
      Object.assign(hub, { commit });
      throw new Error('the queue refuses');
    },
  });
}

export const storageReports: Readonly<Record<string, Reported>> = {
  'table-busy-then-ok': async ({ notify }) => {
    const [first, second] = Array.isArray(notify) ? notify : [];
    expect(second).toBe('again');
    let refusal: string | undefined;
    const store = createMemoryCallStore({
      before: (operation, callId) => {
        if (refusal !== undefined) throw new CallStoreError(operation, refusal, callId);
      },
    });
    const world = await startVirtualWorld({ store });
    await inGraph(world);
    for (const code of ['ServerBusy', 'TableBeingDeleted']) {
      refusal = code;
      expect(await world.notify(first)).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      await world.clock.runFor(40 * SECOND_MS);
    }
    refusal = undefined;
    expect((await world.notify(first)).status).toBe(202);
    await world.clock.runFor(SECOND_MS);
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Running' });
  },

  'table-commit-then-500-end': async ({ notify }) => {
    const [established, terminated] = Array.isArray(notify) ? notify : [];
    const table = createMemoryCallStore();
    let isAnswerLost = false;
    const store: CallStore = {
      ...table,
      // The table's client sends a request again when it was answered 500, and is told that the row has another ETag.
      replace: async (record, etag) => {
        const written = await table.replace(record, etag);
        if (!isAnswerLost) return written;
        isAnswerLost = false;
        return 'conflict';
      },
    };
    const world = await startVirtualWorld({ store });
    await inGraph(world);
    expect((await world.notify(established)).status).toBe(202);
    await world.clock.runFor(MINUTE_MS);
    isAnswerLost = true;
    expect((await world.notify(terminated)).status).toBe(202);
    expect(isAnswerLost).toBe(false);
    await world.clock.runFor(MINUTE_MS);
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Completed' });
    expect(ended(world)).toBe(1);
  },

  'engine-refuses-end-once': async ({ notify, fault }) => {
    expect(fault).toBe('first raiseEvent callEnded fails');
    const [established, terminated, again] = Array.isArray(notify) ? notify : [];
    expect(again).toBe('the same again');
    const world = await startVirtualWorld();
    await inGraph(world);
    expect((await world.notify(established)).status).toBe(202);
    await world.clock.runFor(2 * MINUTE_MS);
    refuseNextWrite(world);
    expect((await world.notify(terminated)).status).toBe(503);
    expect((await world.notify(terminated)).status).toBe(202);
    await world.clock.runFor(MINUTE_MS);
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Completed' });
    expect(ended(world)).toBe(1);
  },
};
