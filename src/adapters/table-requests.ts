import type { TableClient } from '@azure/data-tables';
import type { CallId } from '../core/call-record/call-id.ts';
import { isPlainObject, ownProperty } from '../core/values/plain-object.ts';
import { CallStoreError } from './call-store.ts';
import { type Clock, timeoutSignal, unlessAborted } from './clock.ts';
import { openTable, type TableStorage } from './table-storage.ts';

/** Why the table declined a request that was otherwise in order. */
export type TableRefusal = 'exists' | 'changed' | 'missing';

export type TableAnswer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: TableRefusal };

/** What a request is, for errors, and which refusals its caller understands; any other is an error. */
export interface TableRequest {
  readonly operation: string;
  readonly callId?: CallId;
  readonly refusals: readonly TableRefusal[];
  /** Ends it before its time limit. */
  readonly signal?: AbortSignal | undefined;
}

type Send<T> = (table: TableClient, abortSignal: AbortSignal) => Promise<T>;

export type SendTableRequest = <T>(request: TableRequest, send: Send<T>) => Promise<TableAnswer<T>>;

export interface TableRequestsDependencies {
  readonly storage: TableStorage;
  readonly tableName: string;
  readonly clock: Clock;
  /** For one request with its retries, and the creation of the table if need be. */
  readonly timeoutMs: number;
}

/**
 * Sends requests to one table under a time limit, and creates the table when it is told that there is none.
 *
 * Errors: CallStoreError for all that is not an expected refusal; never with text of the SDK, which may hold a body or a
 * connection string. Effects: as sent.
 */
export function createTableRequests(dependencies: TableRequestsDependencies): SendTableRequest {
  const { storage, tableName, clock, timeoutMs } = dependencies;
  let table: Promise<TableClient> | undefined;
  let creation: Promise<void> | undefined;

  /** Callers that miss the table at the same time share one creation. */
  function create(client: TableClient, abortSignal: AbortSignal): Promise<void> {
    creation ??= client.createTable({ abortSignal }).finally(() => {
      creation = undefined;
    });
    return creation;
  }

  async function sendOrCreate<T>(send: Send<T>, abortSignal: AbortSignal): Promise<T> {
    table ??= openTable(storage, tableName);
    const client = await table;
    try {
      return await send(client, abortSignal);
    } catch (error) {
      if (serviceCode(error) !== 'TableNotFound') throw error;
      await create(client, abortSignal);
      return await send(client, abortSignal);
    }
  }

  return async ({ operation, callId, refusals, signal: parent }, send) => {
    const { signal, dispose } = timeoutSignal(clock, timeoutMs, parent);
    try {
      // Raced as well, for managed identity does not hand the signal on to its requests.
      return { kind: 'done', value: await unlessAborted(sendOrCreate(send, signal), signal) };
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal !== undefined && refusals.includes(refusal)) return { kind: 'refused', refusal };
      throw new CallStoreError(operation, signal.aborted ? 'timeout' : errorCode(error), callId);
    } finally {
      dispose();
    }
  };
}

/** Source: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
function toRefusal(error: unknown): TableRefusal | undefined {
  switch (serviceCode(error)) {
    case 'EntityAlreadyExists':
      return 'exists';
    case 'UpdateConditionNotSatisfied':
    case 'ConditionNotMet':
      return 'changed';
    case 'ResourceNotFound':
    case 'EntityNotFound':
      return 'missing';
    default:
      return undefined;
  }
}

/** The code in the service's answer, `{"odata.error":{"code"}}`, as the SDK parses it. */
function serviceCode(error: unknown): string | undefined {
  const details = property(error, 'details');
  return codeText(property(property(details, 'odataError'), 'code'));
}

/** The HTTP status with the service's code, or the network's code, or the error's name. */
function errorCode(error: unknown): string {
  const status = property(error, 'statusCode');
  const code = serviceCode(error) ?? codeText(property(error, 'code'));
  if (typeof status === 'number') return code === undefined ? `${status}` : `${status} ${code}`;
  return code ?? (error instanceof Error ? error.name : 'unknown');
}

function property(value: unknown, name: string): unknown {
  return isPlainObject(value) ? ownProperty(value, name) : undefined;
}

function codeText(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined;
}
