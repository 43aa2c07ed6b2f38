import type { CallStore } from '../adapters/call-store.ts';
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

/**
 * Applies a transition to a call's record, guarded by its ETag: read, decide, write, and again when somebody else wrote
 * in between.
 *
 * Shape: store, call, transition (record or undefined when nothing changes) → the record before and after.
 * Errors: CallStoreError; RecordConflictError when others kept writing.  Effects: one read; one write when the transition changes something.
 */
export async function updateRecord(
  store: CallStore,
  callId: CallId,
  transition: (stored: CallRecord | undefined) => CallRecord | undefined,
): Promise<{ readonly before: CallRecord | undefined; readonly after: CallRecord | undefined }> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const stored = await store.read(callId);
    const next = transition(stored?.record);
    if (next === undefined) return { before: stored?.record, after: stored?.record };
    const result = stored === undefined ? await store.insert(next) : await store.replace(next, stored.etag);
    if (result === 'written') return { before: stored?.record, after: next };
  }
  throw new RecordConflictError(callId);
}
