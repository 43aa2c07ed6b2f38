import { describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

const CALLS = 300;

/** A world of one instance with ten places for activities, whose table can be down. */
async function startWorld() {
  const state = { table: 'up' as 'up' | 'fails' | 'hangs' };
  const store = createMemoryCallStore({
    before(operation): void | Promise<void> {
      if (state.table === 'up') return;
      if (state.table === 'fails') throw new CallStoreError(operation, '503');
      // As long as somebody waits for it.
      const giveUp = (_: unknown, reject: (error: Error) => void) => {
        world.clock.after(operation === 'merge' ? 2_000 : 10_000, () =>
          reject(new CallStoreError(operation, 'timeout')),
        );
      };
      return world.clock.suspend(new Promise<void>(giveUp));
    },
  });
  const hostJson = { maxConcurrentActivityFunctions: 10 };
  const world: VirtualWorld = await startVirtualWorld({ store, hostJson });
  return { world, state };
}

describe('the table down for 20 minutes in the middle of beats', () => {
  test.each(['fails', 'hangs'] as const)(
    '(it %s) makes no beat late, and is made up for by the next ones',
    async (how) => {
      const { world, state } = await startWorld();
      const callIds: string[] = [];
      for (let call = 0; call < CALLS; call++) callIds.push(await world.startCall({ establishAfterSeconds: 0 }));
      await world.clock.runFor(14 * MINUTE_MS);
      state.table = how;
      await world.clock.runFor(20 * MINUTE_MS);
      state.table = 'up';
      await world.clock.runFor(12 * MINUTE_MS);
      const beats = world.events.filter(({ event }) => event === 'keepAlive.succeeded');
      expect(beats).toHaveLength(3 * CALLS);
      const lateness = beats.map(({ latenessSeconds }) => Number(latenessSeconds));
      expect(Math.max(...lateness)).toBeLessThanOrEqual(5);
      for await (const { record } of world.store.list(['active'])) {
        expect(world.graph.call(record.callId)?.state).toBe('established');
        expect(record).toMatchObject({ keepAlives: 3, lastKeepAliveAtMs: expect.any(Number) });
        expect(world.clock.nowMs() - (record.lastKeepAliveAtMs ?? 0)).toBeLessThan(2 * MINUTE_MS);
      }
    },
    60_000,
  );
});
