import { type CallRow, isOver } from './call-row.ts';
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
  /** Lost in the last 24 hours. */
  readonly lost: number;
  /** Absent when ended calls were not read. */
  readonly ended?: number;
}

/**
 * The most endangered call first: open calls by their deadline, then those without one, then lost ones, then those that
 * simply ended, the latest first.
 * A margin shrinks for all calls alike, so the deadline's order is the danger's.
 */
export function toRowKey({ state, deadlineAt, firstSeenAt, endedAt, callId }: CallRow): RowKey {
  if (isOver(state)) return [state === 'lost' ? 2 : 3, -toMs(endedAt), callId];
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
 * Shape: → the rows, which of all they are (`first`, from 0), and the keys after which the next and the previous page
 * begin: no `next` when this is the last; `previous` is `start` when that is the first one, absent when this is.
 */
export function takePage(
  sorted: readonly CallRow[],
  top: number,
  after: RowKey | undefined,
): {
  readonly rows: readonly CallRow[];
  readonly first: number;
  readonly next?: RowKey;
  readonly previous?: RowKey | 'start';
} {
  const found = after === undefined ? 0 : sorted.findIndex((row) => compareRowKeys(toRowKey(row), after) > 0);
  const first = found < 0 ? sorted.length : found;
  const rows = sorted.slice(first, first + top);
  const last = rows.at(-1);
  const beforePrevious = sorted[first - top - 1];
  return {
    rows,
    first,
    ...(last === undefined || first + top >= sorted.length ? {} : { next: toRowKey(last) }),
    ...(first === 0 ? {} : { previous: beforePrevious === undefined ? 'start' : toRowKey(beforePrevious) }),
  };
}

/** Calls lost within this are counted, whatever else is shown. */
export const LOST_COUNT_MS = 24 * 60 * 60_000;

/** The call that was lost last, within a day. */
export function latestLoss(rows: readonly CallRow[], nowMs: number) {
  const lost = rows.flatMap(({ callId, loss }) => (loss === undefined ? [] : [{ callId, ...loss }]));
  return lost
    .filter(({ at }) => toMs(at) >= nowMs - LOST_COUNT_MS)
    .toSorted((one, other) => toMs(other.at) - toMs(one.at))
    .at(0);
}

/** `includesEnded`: whether all ended calls were read; of the lost ones those of the last day always are. */
export function countCalls(rows: readonly CallRow[], includesEnded: boolean, nowMs: number): CallCounters {
  const inDanger = (danger: CallDanger) => rows.filter((row) => row.danger === danger).length;
  const over = rows.filter(({ state }) => isOver(state));
  const lostSinceMs = nowMs - LOST_COUNT_MS;
  return {
    open: rows.length - over.length,
    late: inDanger('late'),
    failing: inDanger('failing'),
    overdue: inDanger('overdue'),
    lost: over.filter(({ loss }) => toMs(loss?.at) >= lostSinceMs).length,
    ...(includesEnded ? { ended: over.length } : {}),
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
