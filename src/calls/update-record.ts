import type { CallStore, StoredCall } from '../adapters/call-store.ts';
import type { CallId } from '../core/call-id.ts';
import type { CallRecord } from '../core/call-record.ts';

const MOST_TRIES = 10;

/** Others wrote the record between every read and write. */
export class RecordConflictError extends Error {
  constructor(callId: CallId) {
    super(`The record of call ${callId} was still in conflict after ${MOST_TRIES} tries; the request may be repeated.`);
    this.name = 'RecordConflictError';
  }
}

export interface RecordUpdate {
  readonly before: CallRecord | undefined;
  readonly after: CallRecord | undefined;
  readonly stored: StoredCall | undefined;
}

/**
 * Applies a transition to a call's record, guarded by its ETag: read, decide, write, and again when somebody else wrote
 * in between.
 *
 * Shape: store, call, transition (record or undefined when nothing changes), what is known of the record → the record
 * before and after, and the latter as it is stored.
 * Errors: CallStoreError; RecordConflictError when others kept writing.  Effects: one read, none with `known` as long as
 * that is still so; one write when the transition changes something.
 */
export async function updateRecord(
  store: CallStore,
  callId: CallId,
  transition: (stored: CallRecord | undefined) => CallRecord | undefined,
  known?: StoredCall,
): Promise<RecordUpdate> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const stored = tries === 0 && known !== undefined ? known : await store.read(callId);
    const next = transition(stored?.record);
    if (next === undefined) return { before: stored?.record, after: stored?.record, stored };
    const result = stored === undefined ? await store.insert(next) : await store.replace(next, stored.etag);
    if (result !== 'conflict') return { before: stored?.record, after: next, stored: result };
  }
  throw new RecordConflictError(callId);
}
