import type { CallRecord } from '../core/call-record/call-record.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { nextLookAtMs } from '../core/reconcile/next-look.ts';
import type { CallStore } from './call-store.ts';

/**
 * The store, each record of which says when the reconciler has to look at the call: whoever writes one, and whatever for.
 *
 * Effects: those of the store.
 */
export function createCallStoreWithLooks(store: CallStore, limits: KeepaliveLimits): CallStore {
  return {
    ...store,
    insert: (record) => store.insert(withNextLook(record, limits)),
    replace: (record, etag) => store.replace(withNextLook(record, limits), etag),
  };
}

function withNextLook(record: CallRecord, limits: KeepaliveLimits): CallRecord {
  const { nextLookAtMs: _before, ...others } = record;
  const lookAtMs = nextLookAtMs(record, limits);
  return lookAtMs === undefined ? others : { ...others, nextLookAtMs: lookAtMs };
}
