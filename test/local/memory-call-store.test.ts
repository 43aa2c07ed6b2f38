import { describe, expect, test } from 'vitest';
import { type CallStoreOperation, createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { collect, describeCallStore, newRecord, stored } from '../contract/call-store-contract.ts';

describe('the memory call store', () => {
  describeCallStore(createMemoryCallStore());

  test('does nothing when the hook before an operation throws: an outage', async () => {
    let isDown = true;
    const store = createMemoryCallStore({
      before: (operation, callId) => {
        if (isDown) throw new CallStoreError(operation, 'ECONNREFUSED', callId);
      },
    });
    const record = newRecord();
    await expect(store.insert(record)).rejects.toThrow(`insert for call ${record.callId} (ECONNREFUSED)`);
    await expect(store.read(record.callId)).rejects.toThrow(CallStoreError);
    await expect(collect(store.list(['observed']))).rejects.toThrow(CallStoreError);
    await expect(store.ping()).rejects.toThrow(CallStoreError);
    isDown = false;
    expect(await store.read(record.callId)).toBeUndefined();
  });

  test('has done it when the hook after an operation throws: an answer that got lost', async () => {
    const answersToLose: CallStoreOperation[] = ['insert', 'replace', 'remove'];
    const store = createMemoryCallStore({
      after: async (operation) => {
        if (answersToLose[0] !== operation) return;
        answersToLose.shift();
        throw new CallStoreError(operation, 'ECONNRESET');
      },
    });
    const record = newRecord();
    await expect(store.insert(record)).rejects.toThrow('ECONNRESET');
    const inserted = await stored(store, record.callId);
    await expect(store.replace({ ...record, phase: 'active' }, inserted.etag)).rejects.toThrow('ECONNRESET');
    const replaced = await stored(store, record.callId);
    expect(replaced.record.phase).toBe('active');
    await expect(store.remove(record.callId, replaced.etag)).rejects.toThrow('ECONNRESET');
    expect(await store.read(record.callId)).toBeUndefined();
  });

  test('waits for an asynchronous hook', async () => {
    const gate = Promise.withResolvers<void>();
    const store = createMemoryCallStore({ before: (operation) => (operation === 'insert' ? gate.promise : undefined) });
    const record = newRecord();
    const insertion = store.insert(record);
    expect(await store.read(record.callId)).toBeUndefined();
    gate.resolve();
    expect(await insertion).toMatchObject({ record });
  });
});
