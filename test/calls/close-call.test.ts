import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import { closeCall } from '../../src/calls/close-call.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newRecord, stored } from '../contract/call-store-contract.ts';

/** A webhook is told, by an instance that is started so. */
function effectsWith(store: CallStore, start: DurableHub['start']) {
  const durable: Pick<DurableHub, 'start'> = { start };
  return {
    store,
    durable: durable as DurableHub,
    clock: createManualClock(Date.UTC(2026, 2, 3)),
    log: () => undefined,
    limits: toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 }),
    homeTenantId: 'tenant',
    tellsWebhook: true,
  };
}

test('a call is not closed before the engine has taken the order to tell the webhook', async () => {
  const store = createMemoryCallStore();
  const record = newRecord({ phase: 'active' });
  await store.insert(record);
  const effects = effectsWith(store, () => Promise.reject(new Error('the engine is down')));
  const closing = () => closeCall(effects, record, { reason: 'stopped' }, { keepAlives: 3 }, record);
  await expect(closing()).rejects.toThrow('the engine is down');
  expect((await stored(store, record.callId)).record).toEqual(record);
});

test('a run that an operator has begun since is not closed, nor told of', async () => {
  const store = createMemoryCallStore();
  const judged = newRecord({ phase: 'active', establishedAtMs: 1 });
  const record = { ...judged, establishedAtMs: 2 };
  await store.insert(record);
  const effects = effectsWith(store, () => Promise.reject(new Error('started')));
  expect(await closeCall(effects, record, { reason: 'stopped' }, { keepAlives: 3 }, judged)).toBe(false);
  expect((await stored(store, record.callId)).record).toEqual(record);
});
