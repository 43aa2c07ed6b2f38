import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { updateRecord } from '../../src/calls/update-record.ts';
import { activateCall } from '../../src/core/call-record.ts';
import { newRecord, stored } from '../contract/call-store-contract.ts';

/** A store with a call that is starting, and what is asked of it from then on. */
async function startingCall() {
  const operations: string[] = [];
  const store = createMemoryCallStore({ before: (operation) => void operations.push(operation) });
  const record = newRecord({ phase: 'starting' });
  const written = await store.insert(record);
  if (written === 'conflict') throw new Error('a new call is in no conflict');
  operations.length = 0;
  return { store, record, written, operations };
}

test('a record that was written a moment ago is not read again', async () => {
  const { store, record, written, operations } = await startingCall();
  const { before, after, stored: now } = await updateRecord(store, record.callId, activateCall, written);
  expect(operations).toEqual(['replace']);
  expect([before?.phase, after?.phase]).toEqual(['starting', 'active']);
  expect(now).toEqual(await stored(store, record.callId));
});

test('what is known of a record does not overwrite what somebody else has written since', async () => {
  const { store, record, written, operations } = await startingCall();
  await store.replace({ ...record, phase: 'ended', endReason: 'terminated' }, written.etag);
  operations.length = 0;
  const { before, after } = await updateRecord(store, record.callId, activateCall, written);
  expect(operations).toEqual(['replace', 'read']);
  expect([before?.phase, after?.phase]).toEqual(['ended', 'ended']);
  expect((await stored(store, record.callId)).record.phase).toBe('ended');
});
