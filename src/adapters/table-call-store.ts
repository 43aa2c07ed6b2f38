import { type CallId, parseCallId } from '../core/call-record/call-id.ts';
import { type CallPhase, type CallRecord, OPEN_PHASES } from '../core/call-record/call-record.ts';
import { parseEntity, toEntity, toEntityKeys, toHeartbeatEntity } from './call-entity.ts';
import { type CallStore, CallStoreError, type RecordWriteResult, type StoredCall } from './call-store.ts';
import type { Clock } from './clock.ts';
import { listTableRows } from './list-table-rows.ts';
import { PROGRESS_KEYS, parseProgress, toProgressEntity } from './progress-entity.ts';
import { createTableRequests, type SendTableRequest, type TableAnswer } from './table-requests.ts';
import type { TableStorage } from './table-storage.ts';

export interface TableCallStoreDependencies {
  readonly storage: TableStorage;
  readonly clock: Clock;
  /** Told of each row that `list` leaves out because it is not one this app has written, or was edited by hand. */
  readonly onUnreadable: (rowKey: string) => void;
  /** Default `Calls`. */
  readonly tableName?: string;
  /** For one request with its retries; a page of `list` is one. Default 10 s. */
  readonly timeoutMs?: number;
}

/**
 * The table of calls in Azure Table Storage.
 *
 * The SDK repeats a request whose answer got lost. If the first try had been carried out, the repeated one meets it: an insert or
 * replace that did succeed may therefore report `conflict`. The caller then reads its own record, which is as it wanted it.
 *
 * Errors: CallStoreError; with code `unreadableRow` when `read` finds a row that does not hold a record.
 * Effects: requests to the table; creates it when it does not exist.
 */
export function createTableCallStore(dependencies: TableCallStoreDependencies): CallStore {
  const { onUnreadable, tableName = 'Calls', timeoutMs = 10_000 } = dependencies;
  const request = createTableRequests({ ...dependencies, tableName, timeoutMs });
  return {
    read: (callId) => read(request, callId),
    async insert(record) {
      const answer = await request(
        { operation: 'insert', callId: record.callId, refusals: ['exists'] },
        (table, abortSignal) => table.createEntity(toEntity(record), { abortSignal }),
      );
      return toWritten(answer, record);
    },
    async replace(record, etag) {
      const answer = await request(
        { operation: 'replace', callId: record.callId, refusals: ['changed', 'missing'] },
        (table, abortSignal) => table.updateEntity(toEntity(record), 'Replace', { etag, abortSignal }),
      );
      return toWritten(answer, record);
    },
    async merge(callId, heartbeat, { etag = '*', signal } = {}) {
      const answer = await request(
        { operation: 'merge', callId, refusals: ['changed', 'missing'], signal },
        // With * any row of the call, but never a new one. Source: https://learn.microsoft.com/rest/api/storageservices/merge-entity
        (table, abortSignal) =>
          table.updateEntity(toHeartbeatEntity(callId, heartbeat), 'Merge', { etag, abortSignal }),
      );
      if (answer.kind === 'refused') return answer.refusal === 'missing' ? 'missing' : 'conflict';
      return { etag: etagOf(answer.value, callId) };
    },
    async remove(callId, etag) {
      const { partitionKey, rowKey } = toEntityKeys(callId);
      const answer = await request(
        { operation: 'remove', callId, refusals: ['changed', 'missing'] },
        (table, abortSignal) => table.deleteEntity(partitionKey, rowKey, { etag, abortSignal }),
      );
      return answer.kind === 'refused' && answer.refusal === 'changed' ? 'conflict' : 'written';
    },
    listPerhapsLost: (endedSinceMs) => list(request, toPerhapsLostFilter(endedSinceMs), onUnreadable),
    list: (phases, endedSinceMs, slice) => list(request, toFilter(phases, endedSinceMs, slice), onUnreadable),
    listWithoutLook: () => listWithoutLook(request),
    listDue: (nowMs) => list(request, toDueFilter(nowMs), onUnreadable),
    async readProgress() {
      const { partitionKey, rowKey } = PROGRESS_KEYS;
      const answer = await request({ operation: 'read of progress', refusals: ['missing'] }, (table, abortSignal) =>
        table.getEntity(partitionKey, rowKey, { abortSignal }),
      );
      return answer.kind === 'refused' ? undefined : parseProgress(answer.value);
    },
    async writeProgress(progress) {
      await request({ operation: 'write of progress', refusals: [] }, (table, abortSignal) =>
        table.upsertEntity(toProgressEntity(progress), 'Replace', { abortSignal }),
      );
    },
    async ping() {
      // No call's row has this key.
      await request({ operation: 'ping', refusals: ['missing'] }, (table, abortSignal) =>
        table.getEntity('ping', 'ping', { abortSignal }),
      );
    },
  };
}

/** Source: https://learn.microsoft.com/rest/api/storageservices/insert-entity#response-headers, and the same of update-entity2 */
function toWritten(answer: TableAnswer<{ readonly etag?: string }>, record: CallRecord): RecordWriteResult {
  return answer.kind === 'refused' ? 'conflict' : { record, etag: etagOf(answer.value, record.callId) };
}

function etagOf({ etag }: { readonly etag?: string }, callId: CallId): string {
  if (etag === undefined) throw new CallStoreError('a write with an ETag', 'noEtag', callId);
  return etag;
}

async function read(request: SendTableRequest, callId: CallId): Promise<StoredCall | undefined> {
  const { partitionKey, rowKey } = toEntityKeys(callId);
  const answer = await request({ operation: 'read', callId, refusals: ['missing'] }, (table, abortSignal) =>
    table.getEntity(partitionKey, rowKey, { abortSignal }),
  );
  if (answer.kind === 'refused') return undefined;
  const parsed = parseEntity(answer.value);
  if (parsed.kind === 'unreadable') throw new UnreadableRowError(callId, parsed.column);
  return { record: parsed.record, etag: answer.value.etag };
}

function toFilter(phases: readonly CallPhase[], endedSinceMs: number | undefined, slice: string | undefined): string {
  const wanted = phases.map((phase) => `phase eq '${phase}'`);
  if (endedSinceMs !== undefined) wanted.push(`endedAt ge ${toInstant(endedSinceMs)}`);
  return slice === undefined || wanted.length === 0
    ? wanted.join(' or ')
    : `PartitionKey eq '${slice}' and (${wanted.join(' or ')})`;
}

/** A row without the column matches no comparison. */
function toDueFilter(nowMs: number): string {
  const longer = nowMs + LONGEST_PUT_OFF_MS;
  const isAlone = `(phase eq 'active' and hangUpAt le ${toInstant(nowMs)})`;
  return `nextLookAt le ${toInstant(nowMs)} or ${isAlone} or (phase eq 'ended' and nextLookAt lt ${toInstant(longer)})`;
}

/** A heartbeat puts the next look off by the interval and some minutes. */
const LONGEST_PUT_OFF_MS = 60 * 60_000;

function toInstant(ms: number): string {
  return `datetime'${new Date(ms).toISOString()}'`;
}

/** The ends that may be those of a lost call: by Graph's own word, or found out by nobody's notification. */
function toPerhapsLostFilter(endedSinceMs: number): string {
  const ends = "resultCode eq 408 or endReason eq 'notFound' or endReason eq 'expired'";
  return `endedAt ge datetime'${new Date(endedSinceMs).toISOString()}' and (${ends})`;
}

async function* list(
  request: SendTableRequest,
  filter: string,
  onUnreadable: (rowKey: string) => void,
): AsyncGenerator<StoredCall> {
  // An empty filter would ask for everything.
  if (filter === '') return;
  for await (const entity of listTableRows(request, 'list', { filter })) {
    const parsed = parseEntity(entity);
    if (parsed.kind === 'unreadable') onUnreadable(entity.rowKey ?? '');
    else yield { record: parsed.record, etag: entity.etag };
  }
}

/** The service writes null for a column that is asked for and not there. Source: https://github.com/Azure/Azurite/issues/2535 */
async function* listWithoutLook(request: SendTableRequest): AsyncGenerator<CallId> {
  const select = ['PartitionKey', 'RowKey', 'nextLookAt'];
  const filter = toFilter(OPEN_PHASES, undefined, undefined);
  for await (const { rowKey = '', nextLookAt } of listTableRows(request, 'list', { filter, select })) {
    const callId = parseCallId(rowKey);
    if (callId === rowKey && (nextLookAt === undefined || nextLookAt === null)) yield callId;
  }
}

/** The row is there, but does not hold a call's record. */
class UnreadableRowError extends CallStoreError {
  constructor(callId: CallId, column: string) {
    super('read', 'unreadableRow', callId);
    this.message =
      `The row of call ${callId} in the table of calls cannot be read: column ${column} is not as this app writes it. ` +
      'Correct or delete the row in a storage explorer.';
  }
}
