import { expect } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';
import { CALL_ID, type Reported } from './reported.ts';

const inGraph = (world: VirtualWorld) => world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });

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
};
