import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallStore, StoredCall } from '../../src/adapters/call-store.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallPhase, CallRecord } from '../../src/core/call-record/call-record.ts';
import { anyCallRecord } from './call-record-arbitrary.ts';

/** Long past, so that calls of other tests are not in the way. */
const NOW = Date.UTC(2020, 0, 5);

export function newCallId(): CallId {
  const callId = parseCallId(randomUUID());
  if (callId === undefined) throw new Error('randomUUID made no GUID');
  return callId;
}

export function newRecord(changes: Partial<CallRecord> = {}): CallRecord {
  const callId = changes.callId ?? newCallId();
  return {
    callId,
    graphCallId: callId,
    appId: 'app',
    phase: 'observed',
    firstSeenAtMs: 1_790_000_000_123,
    facts: {},
    ...changes,
  };
}

/** What the store holds of the call; fails the test when it holds nothing. */
export async function stored(store: CallStore, callId: CallId): Promise<StoredCall> {
  const found = await store.read(callId);
  if (found === undefined) throw new Error(`the store has no record of ${callId}`);
  return found;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What every CallStore must do. `store` may be shared with other tests: only calls of its own are looked at. */
export function describeCallStore(store: CallStore): void {
  describe('as a call store', () => {
    test('knows nothing of an unknown call', async () => {
      expect(await store.read(newCallId())).toBeUndefined();
    });

    test('gives back any record as it was', async () => {
      const roundTrip = fc.asyncProperty(anyCallRecord, async (record) => {
        const before = await store.read(record.callId);
        const write = before === undefined ? store.insert(record) : store.replace(record, before.etag);
        expect(await write).toStrictEqual(await stored(store, record.callId));
        expect((await stored(store, record.callId)).record).toStrictEqual(record);
      });
      await fc.assert(roundTrip);
    });

    test.each([
      ['emoji and combining signs', '📞 Besprechung 👩‍👩‍👧 é 会議'],
      ['quotes and what looks like a filter', `"it's" 'x' or phase eq 'active' \\ %27`],
      ['control characters', 'a\u0000b\r\nc\u2028d'],
      ['a very long text', 'ß'.repeat(1024)],
    ])('keeps %s in a subject', async (_, subject) => {
      const record = newRecord({ facts: { subject } });
      await store.insert(record);
      expect((await stored(store, record.callId)).record.facts.subject).toBe(subject);
    });

    test('does not let what it was given or gave be changed from outside', async () => {
      const targetIds = ['user:1'];
      const record = newRecord({ facts: { targetIds } });
      await store.insert(record);
      targetIds.push('user:2');
      expect((await stored(store, record.callId)).record.facts.targetIds).toEqual(['user:1']);
    });

    test('reports a conflict when the call to insert is there already, and keeps it', async () => {
      const record = newRecord();
      expect(await store.insert(record)).toStrictEqual(await stored(store, record.callId));
      expect(await store.insert({ ...record, phase: 'ended' })).toBe('conflict');
      expect((await stored(store, record.callId)).record.phase).toBe('observed');
    });

    test('lets exactly one of many concurrent inserts win', async () => {
      const record = newRecord();
      const apps = ['1', '2', '3', '4', '5', '6', '7', '8'];
      const results = await Promise.all(apps.map((appId) => store.insert({ ...record, appId })));
      expect(results.filter((result) => result !== 'conflict')).toEqual([await stored(store, record.callId)]);
    });

    test('replaces the whole record, so that a field left out is gone', async () => {
      const record = newRecord({
        terminationReason: 'x',
        resultInfo: { code: 1 },
        keepAlives: 3,
        facts: { subject: 's' },
      });
      await store.insert(record);
      const { etag } = await stored(store, record.callId);
      const bare = newRecord({ callId: record.callId });
      expect(await store.replace(bare, etag)).toStrictEqual(await stored(store, record.callId));
      expect((await stored(store, record.callId)).record).toStrictEqual(bare);
    });

    test('lets exactly one of many concurrent replaces with the same ETag win', async () => {
      const record = newRecord();
      await store.insert(record);
      const { etag } = await stored(store, record.callId);
      const counts = [1, 2, 3, 4, 5, 6, 7, 8];
      const results = await Promise.all(counts.map((keepAlives) => store.replace({ ...record, keepAlives }, etag)));
      expect(results.filter((result) => result !== 'conflict')).toEqual([await stored(store, record.callId)]);
    });

    test('gives a new ETag with each write, even of the same content', async () => {
      const record = newRecord();
      await store.insert(record);
      const first = await stored(store, record.callId);
      await store.replace(record, first.etag);
      expect((await stored(store, record.callId)).etag).not.toBe(first.etag);
      expect(await store.replace(record, first.etag)).toBe('conflict');
    });

    test('reports a conflict when the call to replace is gone', async () => {
      const record = newRecord();
      await store.insert(record);
      const { etag } = await stored(store, record.callId);
      await store.remove(record.callId, etag);
      expect(await store.replace(record, etag)).toBe('conflict');
      expect(await store.read(record.callId)).toBeUndefined();
    });

    test('adds a heartbeat to a record whatever its ETag, leaves the rest as it is, and gives a new ETag', async () => {
      const record = newRecord({ phase: 'active', keepAlives: 3, failures: 2, facts: { subject: 's' } });
      await store.insert(record);
      const before = await stored(store, record.callId);
      const success = { lastKeepAliveAtMs: 1_790_000_900_000, nextLookAtMs: 1_790_002_100_000, keepAlives: 4 };
      expect(await store.merge(record.callId, success)).toEqual({ etag: expect.any(String) });
      const failure = { lastFailureAtMs: 1_790_001_800_000, lastFailureReason: 'http 503', failures: 1 };
      const { etag } = (await store.merge(record.callId, failure)) as { readonly etag: string };
      const after = await stored(store, record.callId);
      expect(after.etag).toBe(etag);
      expect(after.record).toStrictEqual({ ...record, ...success, ...failure });
      expect(after.etag).not.toBe(before.etag);
      expect(await store.replace(record, before.etag)).toBe('conflict');
    });

    test('adds a heartbeat only to the row of an ETag, if one is named', async () => {
      const record = newRecord();
      await store.insert(record);
      const { etag } = await stored(store, record.callId);
      const heartbeat = { lastKeepAliveAtMs: 1_790_000_900_000, nextLookAtMs: 1_790_002_100_000, keepAlives: 1 };
      const result = await store.merge(record.callId, heartbeat, { etag });
      expect(result).toEqual({ etag: (await stored(store, record.callId)).etag });
      expect(await store.merge(record.callId, { ...heartbeat, keepAlives: 2 }, { etag })).toBe('conflict');
      expect((await stored(store, record.callId)).record).toStrictEqual({ ...record, ...heartbeat });
    });

    test('makes no record of a heartbeat: an unknown call stays unknown, a removed one gone', async () => {
      const heartbeat = { lastKeepAliveAtMs: 1_790_000_900_000, nextLookAtMs: 1_790_002_100_000 };
      const { callId } = newRecord();
      expect(await store.merge(callId, heartbeat)).toBe('missing');
      expect(await store.read(callId)).toBeUndefined();
      const removed = newRecord();
      await store.insert(removed);
      await store.remove(removed.callId, (await stored(store, removed.callId)).etag);
      expect(await store.merge(removed.callId, heartbeat)).toBe('missing');
      expect(await store.read(removed.callId)).toBeUndefined();
    });

    test('removes a record only with its current ETag', async () => {
      const record = newRecord();
      await store.insert(record);
      const first = await stored(store, record.callId);
      await store.replace({ ...record, phase: 'active' }, first.etag);
      expect(await store.remove(record.callId, first.etag)).toBe('conflict');
      const { etag } = await stored(store, record.callId);
      expect(await store.remove(record.callId, etag)).toBe('written');
      expect(await store.read(record.callId)).toBeUndefined();
    });

    test('takes the removal of what is gone already as done', async () => {
      const record = newRecord();
      await store.insert(record);
      const { etag } = await stored(store, record.callId);
      await store.remove(record.callId, etag);
      expect(await store.remove(record.callId, etag)).toBe('written');
    });

    test('inserts a call anew after its removal', async () => {
      const record = newRecord();
      await store.insert(record);
      await store.remove(record.callId, (await stored(store, record.callId)).etag);
      expect(await store.insert({ ...record, appId: 'again' })).toMatchObject({ record: { appId: 'again' } });
    });

    test.each<[readonly CallPhase[]]>([
      [['active']],
      [['observed', 'starting']],
      [['observed', 'starting', 'active', 'ended']],
      [[]],
    ])('lists the calls of the phases %j with the ETags to write them', async (phases) => {
      const all: readonly CallPhase[] = ['observed', 'starting', 'active', 'ended'];
      const records = all.flatMap((phase) => [newRecord({ phase }), newRecord({ phase })]);
      for (const record of records) await store.insert(record);
      const own = new Set(records.map(({ callId }) => callId));
      const listed = (await collect(store.list(phases))).filter(({ record }) => own.has(record.callId));
      const expected = records.filter(({ phase }) => phases.includes(phase));
      const byId = (one: CallRecord, other: CallRecord) => one.callId.localeCompare(other.callId);
      expect(listed.map(({ record }) => record).sort(byId)).toStrictEqual([...expected].sort(byId));
      for (const { record, etag } of listed) expect(await store.replace(record, etag)).toMatchObject({ record });
    });

    test('lists the calls of one slice: whose id begins so', async () => {
      const records = [newRecord({ phase: 'active' }), newRecord({ phase: 'active' })];
      for (const record of records) await store.insert(record);
      for (const { callId } of records) {
        const listed = await collect(store.list(['active'], undefined, callId.slice(0, 2)));
        const ids = listed.map(({ record }) => record.callId);
        expect(ids).toContain(callId);
        expect(ids.every((id) => id.startsWith(callId.slice(0, 2)))).toBe(true);
      }
    });

    test.each<[string, Partial<CallRecord>, boolean]>([
      ['whose time has come', { phase: 'active', nextLookAtMs: NOW }, true],
      ['whose time has not come', { phase: 'active', nextLookAtMs: NOW + 1 }, false],
      ['that ended, put off by a late heartbeat', { phase: 'ended', nextLookAtMs: NOW + 1_200_000 }, true],
      [
        'to be hung up, whenever it is to be looked at',
        { phase: 'active', nextLookAtMs: NOW + 1, hangUpAtMs: NOW },
        true,
      ],
      ['to be hung up later', { phase: 'active', nextLookAtMs: NOW + 1, hangUpAtMs: NOW + 1 }, false],
      ['that was to be hung up', { phase: 'ended', hangUpAtMs: NOW }, false],
      ['that is finished', { phase: 'ended' }, false],
      ['of an older release, which does not say', { phase: 'active' }, false],
    ])('lists a call %s among those to look at or not', async (_, changes, isListed) => {
      const record = newRecord(changes);
      await store.insert(record);
      const ids = (await collect(store.listDue(NOW))).map(({ record: { callId } }) => callId);
      expect(ids.includes(record.callId)).toBe(isListed);
    });

    test('lists the open calls whose record does not say when they need a look', async () => {
      const without: CallId[] = [];
      for (const phase of ['observed', 'starting', 'active', 'ended'] as const) {
        const record = newRecord({ callId: newCallId(), phase });
        await store.insert(record);
        await store.insert(newRecord({ callId: newCallId(), phase, nextLookAtMs: NOW }));
        if (phase !== 'ended') without.push(record.callId);
      }
      const merged = newRecord({ callId: newCallId(), phase: 'active' });
      await store.insert(merged);
      await store.merge(merged.callId, { lastKeepAliveAtMs: NOW, nextLookAtMs: NOW });
      const listed = await Array.fromAsync(store.listWithoutLook());
      expect(listed).toEqual(expect.arrayContaining(without));
      for (const callId of listed) expect((await store.read(callId))?.record).not.toHaveProperty('nextLookAtMs');
      for (const callId of listed) expect((await store.read(callId))?.record.phase).not.toBe('ended');
    });

    test('keeps how far a comparison has come, and no call shows for it', async () => {
      const all: readonly CallPhase[] = ['observed', 'starting', 'active', 'ended'];
      const before = (await collect(store.list(all))).length;
      const progress = { startedAtMs: NOW, nextSlice: 7, comesAgain: true, records: 3, instances: 2 };
      await store.writeProgress(progress);
      expect(await store.readProgress()).toEqual(progress);
      await store.writeProgress({ ...progress, nextSlice: 8, filledInAtMs: NOW + 1 });
      expect(await store.readProgress()).toEqual({ ...progress, nextSlice: 8, filledInAtMs: NOW + 1 });
      expect(await collect(store.list(all, 0))).toHaveLength(before);
    });

    test('lists the ends that may be those of lost calls, and only those since then', async () => {
      const atMs = Date.UTC(2026, 2, 2);
      const ended = (callId: CallId, more: Partial<CallRecord>): CallRecord => ({
        ...newRecord({ callId }),
        phase: 'ended',
        endedAtMs: atMs,
        endReason: 'terminated',
        ...more,
      });
      const [missed, gone, expired, normal, stopped, earlier] = [1, 2, 3, 4, 5, 6].map(() => newRecord().callId) as [
        CallId,
        CallId,
        CallId,
        CallId,
        CallId,
        CallId,
      ];
      const ids = [missed, gone, expired, normal, stopped, earlier];
      for (const record of [
        ended(missed, { resultInfo: { code: 408, subcode: 8537 } }),
        ended(gone, { endReason: 'notFound' }),
        ended(expired, { endReason: 'expired' }),
        ended(normal, { resultInfo: { code: 200, subcode: 4521 } }),
        ended(stopped, { endReason: 'stopped' }),
        ended(earlier, { endReason: 'notFound', endedAtMs: atMs - 1 }),
      ]) {
        await store.insert(record);
      }
      const listed = (await collect(store.listPerhapsLost(atMs))).map(({ record }) => record.callId);
      expect(listed.filter((callId) => ids.includes(callId)).toSorted()).toEqual([missed, gone, expired].toSorted());
    });

    test('answers a ping, and stores nothing for it', async () => {
      const all: readonly CallPhase[] = ['observed', 'starting', 'active', 'ended'];
      const before = (await collect(store.list(all))).length;
      await expect(store.ping()).resolves.toBeUndefined();
      expect(await collect(store.list(all))).toHaveLength(before);
    });
  });
}
