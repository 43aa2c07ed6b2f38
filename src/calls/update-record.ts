import type { CallStore, StoredCall } from '../adapters/call-store.ts';
import type { RememberingCallStore } from '../adapters/remembering-call-store.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';

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

export interface Expected {
  /** The record as it was read or written a moment ago. */
  readonly known?: StoredCall | undefined;
  /** This may well be the first that anybody hears of the call. */
  readonly mayBeNew?: boolean;
  /** Called before each write, with the record as it is and as it is to be. */
  readonly tell?: (before: CallRecord | undefined, next: CallRecord) => void;
}

/**
 * Applies a transition to a call's record, guarded by its ETag: read, decide, write, and again when somebody else wrote
 * in between. What is remembered of the record, or that a call is new, is good enough to write by, for the ETag (for a new
 * call the insert) tells when it is no longer so; that nothing is to be done is believed of the store only.
 *
 * Shape: store, call, transition (record or undefined when nothing changes), what is expected → the record before and
 * after, and the latter as it is stored.
 * Errors: CallStoreError; RecordConflictError when others kept writing.  Effects: one write when the transition changes
 * something; before it one read, unless the record is remembered or the call is new.
 */
export async function updateRecord(
  store: CallStore | RememberingCallStore,
  callId: CallId,
  transition: (stored: CallRecord | undefined) => CallRecord | undefined,
  expected: Expected = {},
): Promise<RecordUpdate> {
  let assumed = assume(store, callId, expected);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { stored } = assumed ?? { stored: await store.read(callId) };
    const next = transition(stored?.record);
    if (next !== undefined) {
      expected.tell?.(stored?.record, next);
      const result = stored === undefined ? await store.insert(next) : await store.replace(next, stored.etag);
      if (result !== 'conflict') return { before: stored?.record, after: next, stored: result };
    } else if (assumed === undefined) return { before: stored?.record, after: stored?.record, stored };
    assumed = undefined;
  }
  throw new RecordConflictError(callId);
}

/** What to decide by without asking the store; undefined when it is to be asked. */
function assume(
  store: CallStore | RememberingCallStore,
  callId: CallId,
  { known, mayBeNew = false }: Expected,
): Pick<RecordUpdate, 'stored'> | undefined {
  if (known !== undefined) return { stored: known };
  const recalled = 'recall' in store ? store.recall(callId) : undefined;
  if (recalled?.kind === 'stored') return { stored: recalled.stored };
  return recalled?.kind === 'unseen' && mayBeNew ? { stored: undefined } : undefined;
}
