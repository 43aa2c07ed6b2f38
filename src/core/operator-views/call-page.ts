import type { CallRow } from './call-row.ts';
import type { CallDanger, CallState } from './call-standing.ts';

/** Which calls are wanted; an absent part wants all. */
export interface CallFilter {
  readonly states?: ReadonlySet<CallState>;
  readonly dangers?: ReadonlySet<CallDanger>;
  readonly tenantId?: string;
  /** Looked for in the ids and the subject, whatever the case. */
  readonly text?: string;
}

/** Where a row stands in the order: group, then instant, then id. The same at every instant, so that pages fit together. */
export type RowKey = readonly [group: number, instantMs: number, callId: string];

export interface CallCounters {
  readonly open: number;
  readonly late: number;
  readonly failing: number;
  readonly overdue: number;
  /** Absent when ended calls were not read. */
  readonly ended?: number;
}

/**
 * The most endangered call first: open calls by their deadline, then those without one, then ended ones, the latest first.
 * A margin shrinks for all calls alike, so the deadline's order is the danger's.
 */
export function toRowKey({ state, deadlineAt, firstSeenAt, endedAt, callId }: CallRow): RowKey {
  if (state === 'ended') return [2, -toMs(endedAt), callId];
  return deadlineAt === undefined ? [1, toMs(firstSeenAt), callId] : [0, toMs(deadlineAt), callId];
}

export function compareRowKeys(one: RowKey, other: RowKey): number {
  return one[0] - other[0] || one[1] - other[1] || (one[2] < other[2] ? -1 : one[2] > other[2] ? 1 : 0);
}

export function sortCallRows(rows: readonly CallRow[]): readonly CallRow[] {
  return rows
    .map((row) => ({ row, key: toRowKey(row) }))
    .sort((one, other) => compareRowKeys(one.key, other.key))
    .map(({ row }) => row);
}

export function filterCallRows(rows: readonly CallRow[], filter: CallFilter): readonly CallRow[] {
  const { states, dangers, tenantId, text } = filter;
  const wanted = text?.toLowerCase();
  return rows.filter(
    (row) =>
      (states === undefined || states.has(row.state)) &&
      (dangers === undefined || dangers.has(row.danger)) &&
      (tenantId === undefined || row.tenantId?.toLowerCase() === tenantId.toLowerCase()) &&
      (wanted === undefined || textOf(row).includes(wanted)),
  );
}

/**
 * The next `top` rows after `after`, of sorted rows.
 *
 * Shape: → the rows, and the key after which the next page begins; without one when this is the last.
 */
export function takePage(
  sorted: readonly CallRow[],
  top: number,
  after: RowKey | undefined,
): { readonly rows: readonly CallRow[]; readonly next?: RowKey } {
  const begin = after === undefined ? 0 : sorted.findIndex((row) => compareRowKeys(toRowKey(row), after) > 0);
  const rows = begin < 0 ? [] : sorted.slice(begin, begin + top);
  const last = rows.at(-1);
  return last === undefined || begin + top >= sorted.length ? { rows } : { rows, next: toRowKey(last) };
}

/** `includesEnded`: whether ended calls were read at all. */
export function countCalls(rows: readonly CallRow[], includesEnded: boolean): CallCounters {
  const inDanger = (danger: CallDanger) => rows.filter((row) => row.danger === danger).length;
  const ended = rows.filter(({ state }) => state === 'ended').length;
  return {
    open: rows.length - ended,
    late: inDanger('late'),
    failing: inDanger('failing'),
    overdue: inDanger('overdue'),
    ...(includesEnded ? { ended } : {}),
  };
}

/** The id also without dashes, as half of Microsoft's own logs write it. */
function textOf({ callId, subject, tenantId, threadId, callChainId, scenarioId }: CallRow): string {
  const texts = [callId, callId.replaceAll('-', ''), subject, tenantId, threadId, callChainId, scenarioId];
  return texts.join('\n').toLowerCase();
}

function toMs(instant: string | undefined): number {
  return instant === undefined ? 0 : Date.parse(instant);
}
