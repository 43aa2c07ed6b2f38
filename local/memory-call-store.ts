import type { CallStore, StoredCall } from '../src/adapters/call-store.ts';
import type { CallId } from '../src/core/call-record/call-id.ts';
import type { CallRecord } from '../src/core/call-record/call-record.ts';

export type CallStoreOperation = keyof CallStore;

/** Called around each operation; what it throws, the caller of the store gets. Those that concern many have no call. */
export type CallStoreHook = (operation: CallStoreOperation, callId?: CallId) => void | Promise<void>;

export interface MemoryCallStoreOptions {
  /** Before anything happens: throwing is an outage. */
  readonly before?: CallStoreHook;
  /** After it has happened: throwing is an answer that got lost, so that the caller cannot know whether it happened. */
  readonly after?: CallStoreHook;
}

/** The table of calls in memory, for tests and simulation. Records go in as JSON and come out as copies, as they do with a real table. */
export function createMemoryCallStore({ before, after }: MemoryCallStoreOptions = {}): CallStore {
  const rows = new Map<CallId, StoredCall>();
  let writes = 0;
  let progress: string | undefined;

  function put(record: CallRecord): StoredCall {
    writes++;
    const etag = `W/"${writes}"`;
    rows.set(record.callId, { record: JSON.parse(JSON.stringify(record)), etag });
    return { record, etag };
  }

  async function perform<T>(operation: CallStoreOperation, callId: CallId | undefined, act: () => T): Promise<T> {
    await before?.(operation, callId);
    const result = act();
    await after?.(operation, callId);
    return result;
  }

  async function* select(operation: CallStoreOperation, isWanted: (record: CallRecord) => boolean, slice = '') {
    yield* await perform(operation, undefined, () =>
      structuredClone([...rows.values()].filter(({ record }) => record.callId.startsWith(slice) && isWanted(record))),
    );
  }

  /** Runs `write` when the row still has this ETag. */
  function guarded<T>(callId: CallId, etag: string, write: () => T): T | 'conflict' {
    return rows.get(callId)?.etag === etag ? write() : 'conflict';
  }

  return {
    read: (callId) => perform('read', callId, () => structuredClone(rows.get(callId))),
    insert: (record) =>
      perform('insert', record.callId, () => {
        return rows.has(record.callId) ? 'conflict' : put(record);
      }),
    replace: (record, etag) => perform('replace', record.callId, () => guarded(record.callId, etag, () => put(record))),
    merge: (callId, heartbeat, { etag } = {}) =>
      perform('merge', callId, () => {
        const stored = rows.get(callId);
        if (stored === undefined) return 'missing';
        return guarded(callId, etag ?? stored.etag, () => ({ etag: put({ ...stored.record, ...heartbeat }).etag }));
      }),
    remove: (callId, etag) =>
      perform('remove', callId, () => {
        if (!rows.has(callId)) return 'written';
        return guarded(callId, etag, () => {
          rows.delete(callId);
          return 'written';
        });
      }),
    listPerhapsLost: (endedSinceMs) =>
      select('listPerhapsLost', (record) => (record.endedAtMs ?? 0) >= endedSinceMs && mayBeLost(record)),
    list: (phases, endedSinceMs = Number.POSITIVE_INFINITY, slice = '') =>
      select('list', ({ phase, endedAtMs = 0 }) => phases.includes(phase) || endedAtMs >= endedSinceMs, slice),
    listDue: (nowMs) =>
      select('listDue', ({ phase, nextLookAtMs, hangUpAtMs = Number.POSITIVE_INFINITY }) => {
        if (phase === 'active' && hangUpAtMs <= nowMs) return true;
        return nextLookAtMs !== undefined && (nextLookAtMs <= nowMs || phase === 'ended');
      }),
    async *listWithoutLook() {
      const open = select(
        'listWithoutLook',
        ({ phase, nextLookAtMs }) => phase !== 'ended' && nextLookAtMs === undefined,
      );
      for await (const { record } of open) yield record.callId;
    },
    readProgress: () => perform('readProgress', undefined, () => progress && JSON.parse(progress)),
    writeProgress: (reached) =>
      perform('writeProgress', undefined, () => {
        progress = JSON.stringify(reached);
      }),
    ping: () => perform('ping', undefined, () => undefined),
  };
}

function mayBeLost({ resultInfo, endReason }: CallRecord): boolean {
  return resultInfo?.code === 408 || endReason === 'notFound' || endReason === 'expired';
}
