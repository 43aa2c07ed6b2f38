import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { createRememberingCallStore } from '../../src/adapters/remembering-call-store.ts';
import { updateRecord } from '../../src/calls/update-record.ts';
import { activateCall, type CallRecord } from '../../src/core/call-record/call-record.ts';
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
  const { before, after, stored: now } = await updateRecord(store, record.callId, activateCall, { known: written });
  expect(operations).toEqual(['replace']);
  expect([before?.phase, after?.phase]).toEqual(['starting', 'active']);
  expect(now).toEqual(await stored(store, record.callId));
});

test('what is known of a record does not overwrite what somebody else has written since', async () => {
  const { store, record, written, operations } = await startingCall();
  await store.replace({ ...record, phase: 'ended', endReason: 'terminated' }, written.etag);
  operations.length = 0;
  const { before, after } = await updateRecord(store, record.callId, activateCall, { known: written });
  expect(operations).toEqual(['replace', 'read']);
  expect([before?.phase, after?.phase]).toEqual(['ended', 'ended']);
  expect((await stored(store, record.callId)).record.phase).toBe('ended');
});

/** The app's memory in front of a store that others write too, and what is asked of the store. */
function remembering(mostCalls?: number) {
  const operations: string[] = [];
  const store = createMemoryCallStore({ before: (operation) => void operations.push(operation) });
  const asked = () => operations.splice(0);
  return { store, app: createRememberingCallStore(store, mostCalls), asked };
}

const begin = (record: CallRecord) => (row: CallRecord | undefined) => (row === undefined ? record : undefined);

test('a call that nobody has heard of is written at once, and its next change too', async () => {
  const { app, asked } = remembering();
  const record = newRecord({ phase: 'starting' });
  await updateRecord(app, record.callId, begin(record), { mayBeNew: true });
  expect(asked()).toEqual(['insert']);
  const { before, after } = await updateRecord(app, record.callId, activateCall);
  expect(asked()).toEqual(['replace']);
  expect([before?.phase, after?.phase]).toEqual(['starting', 'active']);
});

test('a call that seems new, but that another instance of the app knows, keeps the record it has', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'ended', endReason: 'terminated' });
  await store.insert(record);
  asked();
  const { before, after } = await updateRecord(app, record.callId, begin(newRecord({ callId: record.callId })), {
    mayBeNew: true,
  });
  expect(asked()).toEqual(['insert', 'read']);
  expect([before, after]).toEqual([record, record]);
});

test('the end of a call that this instance has not seen is looked up first, for it is hardly new', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'starting' });
  await store.insert(record);
  asked();
  await updateRecord(app, record.callId, activateCall);
  expect(asked()).toEqual(['read', 'replace']);
});

test('what is remembered does not overwrite what another instance has written since', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'starting' });
  await updateRecord(app, record.callId, begin(record), { mayBeNew: true });
  await store.replace({ ...record, phase: 'ended', endReason: 'stopped' }, (await stored(store, record.callId)).etag);
  asked();
  const { after } = await updateRecord(app, record.callId, activateCall);
  expect(asked()).toEqual(['replace', 'read']);
  expect(after).toMatchObject({ phase: 'ended', endReason: 'stopped' });
});

test('that there is nothing to do is believed of the store only', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'active' });
  await updateRecord(app, record.callId, begin(record), { mayBeNew: true });
  const { etag } = await stored(store, record.callId);
  await store.replace({ ...record, phase: 'starting' }, etag);
  asked();
  const { before, after } = await updateRecord(app, record.callId, activateCall);
  expect(asked()).toEqual(['read', 'replace']);
  expect([before?.phase, after?.phase]).toEqual(['starting', 'active']);
});

test('a write of which nobody knows what became of it is looked up before the next', async () => {
  const record = newRecord({ phase: 'starting' });
  const asked: string[] = [];
  const store = createMemoryCallStore({
    after(operation) {
      asked.push(operation);
      if (operation === 'insert') throw new Error('the answer got lost');
    },
  });
  const app = createRememberingCallStore(store);
  await expect(updateRecord(app, record.callId, begin(record), { mayBeNew: true })).rejects.toThrow('got lost');
  await updateRecord(app, record.callId, activateCall, { mayBeNew: true });
  expect(asked).toEqual(['insert', 'read', 'replace']);
});

test('a removed call is not taken for one that is there', async () => {
  const { app, asked } = remembering();
  const record = newRecord({ phase: 'starting' });
  await updateRecord(app, record.callId, begin(record), { mayBeNew: true });
  await app.remove(record.callId, (await stored(app, record.callId)).etag);
  asked();
  expect(await updateRecord(app, record.callId, activateCall)).toMatchObject({ before: undefined, after: undefined });
  expect(asked()).toEqual(['read']);
});

test('of more calls than it is to remember it forgets the one seen longest ago', async () => {
  const { app } = remembering(2);
  const [one, two, three] = [newRecord(), newRecord(), newRecord()];
  await app.insert(one);
  await app.insert(two);
  await app.read(one.callId);
  await app.insert(three);
  expect([one, two, three].map(({ callId }) => app.recall(callId).kind)).toEqual(['stored', 'unseen', 'stored']);
});

const heartbeat = { lastKeepAliveAtMs: 1_790_000_900_000, nextLookAtMs: 1_790_002_100_000, keepAlives: 1 };
const end = (row: CallRecord | undefined) => row && ({ ...row, phase: 'ended', endReason: 'terminated' } as const);

test('a keepAlive costs one write, and what it adds is remembered: the end needs no read', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'active' });
  await app.insert(record);
  asked();
  await app.merge(record.callId, heartbeat);
  await updateRecord(app, record.callId, end);
  expect(asked()).toEqual(['merge', 'replace']);
  expect((await stored(store, record.callId)).record).toMatchObject({ ...heartbeat, phase: 'ended' });
});

test('a keepAlive is written down also when another instance has changed the record, which is then asked for', async () => {
  const { store, app, asked } = remembering();
  const record = newRecord({ phase: 'active' });
  await app.insert(record);
  await store.merge(record.callId, { ...heartbeat, keepAlives: 0, otherKeepAlives: 2 });
  asked();
  expect(await app.merge(record.callId, heartbeat)).toEqual({ etag: expect.any(String) });
  expect(asked()).toEqual(['merge', 'merge']);
  await app.merge(record.callId, heartbeat);
  expect(asked()).toEqual(['merge']);
  await updateRecord(app, record.callId, end);
  expect(asked()).toEqual(['read', 'replace']);
  expect((await stored(store, record.callId)).record).toMatchObject({ ...heartbeat, otherKeepAlives: 2 });
});
