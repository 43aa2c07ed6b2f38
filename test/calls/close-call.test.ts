import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import { closeCall } from '../../src/calls/close-call.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { nextLookAtMs } from '../../src/core/reconcile/next-look.ts';
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

const closing = (effects: ReturnType<typeof effectsWith>, record: CallRecord) =>
  closeCall(effects, record, { reason: 'stopped' }, { keepAlives: 3 });

test('a call is ended, but not closed, before the engine has taken the order to tell the webhook', async () => {
  const store = createMemoryCallStore();
  const record = newRecord({ phase: 'active', establishedAtMs: 1 });
  await store.insert(record);
  const effects = effectsWith(store, () => Promise.reject(new Error('the engine is down')));
  await expect(closing(effects, record)).rejects.toThrow('the engine is down');
  const ended = { phase: 'ended', endReason: 'stopped', endedAtMs: effects.clock.nowMs() };
  expect((await stored(store, record.callId)).record).toEqual({ ...record, ...ended });
});

test.each<Partial<CallRecord>>([{ phase: 'observed' }, { phase: 'ended', endedAtMs: 5, endReason: 'terminated' }])(
  'one of which nobody told that it was established still asks to be closed when the engine does not take the order: %o',
  async (changes) => {
    const store = createMemoryCallStore();
    const record = newRecord(changes);
    await store.insert(record);
    const effects = effectsWith(store, () => Promise.reject(new Error('the engine is down')));
    await expect(closing(effects, record)).rejects.toThrow('the engine is down');
    const { record: after } = await stored(store, record.callId);
    expect(nextLookAtMs(after, effects.limits)).toBe((after.endedAtMs ?? 0) + 60_000);
  },
);

test('a run that an operator has begun since is not closed, nor told of', async () => {
  const store = createMemoryCallStore();
  const judged = newRecord({ phase: 'active', establishedAtMs: 1 });
  const record = { ...judged, establishedAtMs: 2 };
  await store.insert(record);
  await closing(
    effectsWith(store, () => Promise.reject(new Error('started'))),
    judged,
  );
  expect((await stored(store, record.callId)).record).toEqual(record);
});

test('a call that somebody else has closed since is not told of again', async () => {
  const store = createMemoryCallStore();
  const judged = newRecord({ phase: 'active', establishedAtMs: 1 });
  const record: CallRecord = { ...judged, phase: 'ended', endedAtMs: 5, cleanedUpAtMs: 6 };
  await store.insert(record);
  await closing(
    effectsWith(store, () => Promise.reject(new Error('started'))),
    judged,
  );
  expect((await stored(store, record.callId)).record).toEqual(record);
});
