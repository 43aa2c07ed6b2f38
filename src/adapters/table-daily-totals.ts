import type { TableEntity } from '@azure/data-tables';
import * as z from 'zod/mini';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import type { DayTotals } from '../core/operator-views/day-totals.ts';
import type { Clock } from './clock.ts';
import type { DailyTotals } from './daily-totals.ts';
import { listTableRows } from './list-table-rows.ts';
import { createTableRequests } from './table-requests.ts';
import type { TableStorage } from './table-storage.ts';

export interface TableDailyTotalsDependencies {
  readonly storage: TableStorage;
  readonly clock: Clock;
  /** Told of each row that `list` leaves out because it is not one this app has written. */
  readonly onUnreadable: (rowKey: string) => void;
  /** Default `Calls`. */
  readonly tableName?: string;
}

/** No call's row has it, and no row in it has a phase: lists of calls do not meet them. */
const PARTITION = 'totals';
const TIMEOUT_MS = 10_000;

/**
 * The daily totals in the table of calls, so that there is one table to make and to allow: one row a day, RowKey = day.
 *
 * Errors: CallStoreError.  Effects: requests to the table; creates it when it does not exist.
 */
export function createTableDailyTotals(dependencies: TableDailyTotalsDependencies): DailyTotals {
  const { onUnreadable, tableName = 'Calls' } = dependencies;
  const request = createTableRequests({ ...dependencies, tableName, timeoutMs: TIMEOUT_MS });
  return {
    async list(sinceDay) {
      const filter = `PartitionKey eq '${PARTITION}' and RowKey ge '${sinceDay}'`;
      const days: DayTotals[] = [];
      for await (const entity of listTableRows(request, 'list totals', { filter })) {
        const totals = parseTotals(entity);
        if (totals === undefined) onUnreadable(entity.rowKey ?? '');
        else days.push(totals);
      }
      return days;
    },
    async insert(totals) {
      const { kind } = await request({ operation: 'insert totals', refusals: ['exists'] }, (table, abortSignal) =>
        table.createEntity(toEntity(totals), { abortSignal }),
      );
      return kind === 'done' ? 'written' : 'conflict';
    },
  };
}

function toEntity({ day, calls, keepAlives, ends, keepAliveMissed, worstMargin }: DayTotals): TableEntity {
  return {
    partitionKey: PARTITION,
    rowKey: day,
    calls,
    keepAlives,
    ...ends,
    keepAliveMissed,
    ...withoutAbsent({ worstMarginMs: worstMargin?.ms, worstMarginCallId: worstMargin?.callId }),
  };
}

const count = z.int().check(z.nonnegative());

const rowSchema = z.object({
  rowKey: z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/)),
  calls: count,
  keepAlives: count,
  terminated: count,
  notFound: count,
  stopped: count,
  expired: count,
  keepAliveMissed: count,
  worstMarginMs: z.optional(z.int()),
  worstMarginCallId: z.optional(z.pipe(z.string(), z.transform(parseCallId))),
});

function parseTotals(entity: object): DayTotals | undefined {
  const { success, data } = rowSchema.safeParse(entity);
  if (!success) return undefined;
  const { rowKey, terminated, notFound, stopped, expired, worstMarginMs: ms, worstMarginCallId: callId } = data;
  return {
    day: rowKey,
    calls: data.calls,
    keepAlives: data.keepAlives,
    ends: { terminated, notFound, stopped, expired },
    keepAliveMissed: data.keepAliveMissed,
    ...(ms === undefined || callId === undefined ? {} : { worstMargin: { ms, callId } }),
  };
}
