import type { CallId } from '../core/call-record/call-id.ts';
import type { CallPhase, CallRecord } from '../core/call-record/call-record.ts';
import type { Heartbeat } from '../core/call-record/heartbeat.ts';
import type { CompareProgress } from '../core/reconcile/compare-progress.ts';

/** A record as it stands in the store, with the ETag that guards the next write. */
export interface StoredCall {
  readonly record: CallRecord;
  readonly etag: string;
}

/** `conflict`: somebody else wrote in between (HTTP 409 or 412); read again and decide again. */
export type WriteResult = 'written' | 'conflict';

/** The row's ETag after the write; `conflict`: it is not the one that was named; `missing`: there is no row of this call. */
export type MergeResult = { readonly etag: string } | 'conflict' | 'missing';

export interface MergeOptions {
  /** Only into the row of this ETag; default: whatever the row says meanwhile. */
  readonly etag?: string;
  readonly signal?: AbortSignal;
}

/** The record as it stands after the write, or a conflict. */
export type RecordWriteResult = StoredCall | 'conflict';

/** The table `Calls`. Every method throws a CallStoreError when the store cannot be reached or refuses. */
export interface CallStore {
  /** The record, or undefined for an unknown call. */
  read(callId: CallId): Promise<StoredCall | undefined>;
  /** Adds the first record of a call; conflict when there is one already. */
  insert(record: CallRecord): Promise<RecordWriteResult>;
  /** Replaces the record read with this ETag; conflict when it changed or is gone. */
  replace(record: CallRecord, etag: string): Promise<RecordWriteResult>;
  /** Adds to the call's row what a keepAlive learned; its ETag changes. Never makes a row. */
  merge(callId: CallId, heartbeat: Heartbeat, options?: MergeOptions): Promise<MergeResult>;
  /** Removes the record read with this ETag; conflict when it changed; `written` when it is gone already. */
  remove(callId: CallId, etag: string): Promise<WriteResult>;
  /**
   * All records of these phases, and the ended ones since then if asked for, page by page, in no particular order.
   * `slice`: only those of the calls whose id begins with these two hex digits.
   */
  list(phases: readonly CallPhase[], endedSinceMs?: number, slice?: string): AsyncIterable<StoredCall>;
  /**
   * All records of calls that have to be looked at by now, or hung up, page by page, in no particular order. Of ended ones those that
   * ask for it at all: a heartbeat that came after the end may have put it off.
   */
  listDue(nowMs: number): AsyncIterable<StoredCall>;
  /** The open calls whose record does not say when they need a look, in no order. All open rows are gone through for it. */
  listWithoutLook(): AsyncIterable<CallId>;
  /** How far the comparison of records and instances has come; undefined when it never ran. */
  readProgress(): Promise<CompareProgress | undefined>;
  writeProgress(progress: CompareProgress): Promise<void>;
  /** All records of calls that ended since then and may have been lost (see call-loss), page by page, in no order. */
  listPerhapsLost(endedSinceMs: number): AsyncIterable<StoredCall>;
  /** Resolves when the table answers a cheap question; used by health. */
  ping(): Promise<void>;
}

/** The store did not do what was asked. `code` is the HTTP status or the network error's name. */
export class CallStoreError extends Error {
  readonly code: string;

  constructor(operation: string, code: string, callId?: CallId) {
    super(
      `The table of calls did not answer ${operation}${callId === undefined ? '' : ` for call ${callId}`} (${code}). ` +
        'Check AzureWebJobsStorage and the role "Storage Table Data Contributor"; the request may be repeated.',
    );
    this.name = 'CallStoreError';
    this.code = code;
  }
}
