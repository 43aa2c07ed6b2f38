import type { CallId } from '../core/call-record/call-id.ts';
import type { CallStore, StoredCall } from './call-store.ts';

/** What this process knows of a call's record without asking. */
export type Recalled =
  /** It stood so when it was last read or written here; the ETag tells whether it still does. */
  | { readonly kind: 'stored'; readonly stored: StoredCall }
  /** Nothing has been seen of the call here: it is new, or another instance of the app has it. */
  | { readonly kind: 'unseen' }
  /** Somebody else writes it too. */
  | { readonly kind: 'unsure' };

export interface RememberingCallStore extends CallStore {
  recall(callId: CallId): Recalled;
}

/** Some 5 MB of records. A forgotten call costs one request more. */
const MOST_CALLS = 5_000;

/**
 * A store that remembers what it read and wrote last, so that a write need not read first: its ETag finds out whether
 * somebody else was faster. A call's notifications mostly come to one instance of the app, seconds apart.
 *
 * Effects: those of the store.
 */
export function createRememberingCallStore(store: CallStore, mostCalls: number = MOST_CALLS): RememberingCallStore {
  /** The call seen longest ago first. */
  const seen = new Map<CallId, Extract<Recalled, { kind: 'stored' | 'unsure' }>>();

  function remember(callId: CallId, stored: StoredCall | 'unsure'): void {
    seen.delete(callId);
    seen.set(callId, stored === 'unsure' ? { kind: 'unsure' } : { kind: 'stored', stored });
    const [oldest] = seen.size > mostCalls ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
  }

  /** While a write is under way, and when nobody knows what became of it, the store is the one to ask. */
  async function write<Result extends StoredCall | 'conflict' | 'written'>(
    callId: CallId,
    act: () => Promise<Result>,
  ): Promise<Result> {
    remember(callId, 'unsure');
    const result = await act();
    if (typeof result === 'object') remember(callId, result);
    return result;
  }

  return {
    recall: (callId) => seen.get(callId) ?? { kind: 'unseen' },
    async read(callId) {
      const stored = await store.read(callId);
      if (stored !== undefined) remember(callId, stored);
      return stored;
    },
    insert: (record) => write(record.callId, () => store.insert(record)),
    replace: (record, etag) => write(record.callId, () => store.replace(record, etag)),
    async merge(callId, heartbeat, options) {
      const known = seen.get(callId);
      if (known === undefined) return store.merge(callId, heartbeat, options);
      remember(callId, 'unsure');
      if (known.kind === 'stored') {
        const { record, etag } = known.stored;
        const result = await store.merge(callId, heartbeat, { ...options, etag });
        if (typeof result === 'object') remember(callId, { record: { ...record, ...heartbeat }, ...result });
        if (result !== 'conflict') return result;
      }
      return store.merge(callId, heartbeat, options);
    },
    remove: (callId, etag) => write(callId, () => store.remove(callId, etag)),
    listPerhapsLost: (endedSinceMs) => store.listPerhapsLost(endedSinceMs),
    list: (phases, endedSinceMs, slice) => store.list(phases, endedSinceMs, slice),
    listDue: (nowMs) => store.listDue(nowMs),
    listWithoutLook: () => store.listWithoutLook(),
    readProgress: () => store.readProgress(),
    writeProgress: (progress) => store.writeProgress(progress),
    ping: () => store.ping(),
  };
}
