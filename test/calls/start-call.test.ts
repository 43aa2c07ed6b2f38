import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { DurableCalls } from '../../src/adapters/durable-calls.ts';
import { startCall } from '../../src/calls/start-call.ts';
import { endCall } from '../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newRecord, stored } from '../contract/call-store-contract.ts';

const SEEN = newRecord();

/** Starts one call; `whileStarting` happens while the engine makes the instance. */
async function startOne(whileStarting: (store: ReturnType<typeof createMemoryCallStore>) => Promise<void>) {
  const asked: string[] = [];
  const store = createMemoryCallStore({ before: (operation) => void asked.push(operation) });
  const durable: DurableCalls = {
    async start() {
      asked.push('startNew');
      await whileStarting(store);
      return 'started';
    },
    raiseCallEnded: async () => void asked.push('raiseEvent'),
    status: () => Promise.reject(new Error('nobody asks for a status')),
  };
  const clock = createManualClock(Date.UTC(2026, 2, 3));
  const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });
  await startCall({ store, durable, clock, limits, homeTenantId: 'tenant', log: () => undefined }, SEEN);
  return { asked, phase: (await stored(store, SEEN.callId)).record.phase };
}

test('a call is started with one read and two writes of its record', async () => {
  const { asked, phase } = await startOne(async () => {});
  expect(asked.slice(0, -1)).toEqual(['read', 'insert', 'startNew', 'replace']);
  expect(phase).toBe('active');
});

test('a call that ends while its instance starts stays ended, and the instance hears of it', async () => {
  const { asked, phase } = await startOne(async (store) => {
    const { record, etag } = await stored(store, SEEN.callId);
    const ended = endCall(record, SEEN, { reason: 'terminated' }, Date.UTC(2026, 2, 3));
    if (ended === undefined) throw new Error('a call that starts can end');
    await store.replace(ended, etag);
  });
  expect(asked).toContain('raiseEvent');
  expect(phase).toBe('ended');
});
