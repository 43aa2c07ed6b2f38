import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareRowKeys,
  countCalls,
  filterCallRows,
  type RowKey,
  sortCallRows,
  takePage,
  toRowKey,
} from '../../../src/core/operator-views/call-page.ts';
import { parseCallQuery, toContinuationToken } from '../../../src/core/operator-views/call-query.ts';
import type { CallRow } from '../../../src/core/operator-views/call-row.ts';
import { CALL_DANGERS, CALL_STATES } from '../../../src/core/operator-views/call-standing.ts';
import { anyCallId } from '../../contract/call-record-arbitrary.ts';

const anyInstant = fc.integer({ min: 0, max: 1_000 }).map((ms) => new Date(ms).toISOString());

/** Few instants, so that many rows stand at the same one. */
const anyRow: fc.Arbitrary<CallRow> = fc.record(
  {
    callId: anyCallId,
    state: fc.constantFrom(...CALL_STATES),
    danger: fc.constantFrom(...CALL_DANGERS),
    why: fc.constant('Why.'),
    tenantId: fc.constantFrom('one', 'two'),
    subject: fc.string(),
    firstSeenAt: anyInstant,
    deadlineAt: anyInstant,
    endedAt: anyInstant,
    keepAlives: fc.nat(),
    consecutiveFailures: fc.nat(),
  },
  { requiredKeys: ['callId', 'state', 'danger', 'why', 'keepAlives', 'consecutiveFailures'] },
);
const anyRows = fc.uniqueArray(anyRow, { selector: ({ callId }) => callId, maxLength: 40 });

describe('the order of calls', () => {
  test('is by deadline, then what has none, then what was lost, then what has ended, the latest end first', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const sorted = sortCallRows(rows);
        expect(new Set(sorted)).toEqual(new Set(rows));
        const group = ({ state, deadlineAt }: CallRow) =>
          state === 'ended' ? 3 : state === 'lost' ? 2 : deadlineAt === undefined ? 1 : 0;
        sorted.slice(1).forEach((row, index) => {
          const before = sorted[index];
          if (before === undefined) throw new Error('there is a row before the second');
          expect(group(row)).toBeGreaterThanOrEqual(group(before));
          if (group(row) !== group(before)) return;
          const at = ({ deadlineAt, endedAt, firstSeenAt }: CallRow) =>
            [deadlineAt, firstSeenAt, endedAt, endedAt][group(row)] ?? new Date(0).toISOString();
          const [earlier, later] = group(row) >= 2 ? [row, before] : [before, row];
          expect(at(earlier) <= at(later)).toBe(true);
        });
      }),
    );
  });

  test('does not depend on the order in which calls were read', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        expect(sortCallRows(rows.toReversed())).toEqual(sortCallRows(rows));
      }),
    );
  });
});

describe('pages', () => {
  test('give every row once, in order, whatever their size', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 7 }), (rows, top) => {
        const sorted = sortCallRows(rows);
        const seen: CallRow[] = [];
        let after: RowKey | undefined;
        const pages = Math.max(1, Math.ceil(rows.length / top));
        for (let page = 1; page <= pages; page++) {
          const { rows: onPage, next, first, previous } = takePage(sorted, top, after);
          expect(first).toBe(seen.length);
          if (page > 1) {
            const back = takePage(sorted, top, previous === 'start' ? undefined : previous);
            expect(back.rows).toEqual(sorted.slice(first - top, first));
          } else expect(previous).toBeUndefined();
          expect(next !== undefined).toBe(page < pages);
          seen.push(...onPage);
          after = next;
        }
        expect(seen).toEqual(sorted);
      }),
    );
  });

  test('go on behind a call that has gone meanwhile', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 7 }), (rows, top) => {
        const sorted = sortCallRows(rows);
        const { rows: first, next } = takePage(sorted, top, undefined);
        const rest = takePage(
          sorted.filter((row) => !first.includes(row)),
          1_000,
          next,
        ).rows;
        expect(next === undefined ? [] : rest).toEqual(sorted.slice(first.length));
      }),
    );
  });
});

describe('a continuation token', () => {
  test('is read back as it was', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const token = toContinuationToken(toRowKey(row));
        expect(encodeURIComponent(token)).toBe(token);
        const parsed = parseCallQuery(new URLSearchParams({ continuationToken: token }));
        const after = parsed.kind === 'query' ? parsed.query.after : undefined;
        expect(after && compareRowKeys(after, toRowKey(row))).toBe(0);
      }),
    );
  });

  test('that is none is refused, and nothing throws whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('state', 'danger', 'top', 'include', 'text', 'tenant', 'continuationToken'),
          fc.string(),
        ),
        (query) => {
          const parsed = parseCallQuery(new URLSearchParams(query));
          if (parsed.kind === 'invalid')
            expect(parsed.detail).toMatch(/^(state|danger|top|include|continuationToken) .*\.$/);
          else expect(query.continuationToken ?? '').toBe('');
        },
      ),
    );
  });
});

test('a filter lets through exactly what fits every part of it', () => {
  fc.assert(
    fc.property(anyRows, fc.subarray([...CALL_STATES]), fc.subarray([...CALL_DANGERS]), (rows, states, dangers) => {
      const found = filterCallRows(rows, { states: new Set(states), dangers: new Set(dangers), tenantId: 'ONE' });
      const fits = (row: CallRow) =>
        states.includes(row.state) && dangers.includes(row.danger) && row.tenantId === 'one';
      expect(found).toEqual(rows.filter(fits));
    }),
  );
});

test('a text is found in id, with dashes and without, and in subject, in any case', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      for (const text of [
        row.callId.toUpperCase(),
        row.callId.replaceAll('-', '').slice(3, 20),
        (row.subject ?? '').slice(1, 4),
      ]) {
        expect(filterCallRows([row], { text })).toEqual([row]);
      }
    }),
  );
  expect(filterCallRows(fc.sample(anyRow, 5), { text: 'no call has this' })).toEqual([]);
});

test.each(['tenantId', 'threadId', 'callChainId', 'scenarioId'])('a text is found in %s', (member) => {
  const [row] = fc.sample(anyRow, 1);
  expect(filterCallRows([{ ...row, [member]: 'Wanted-1' } as CallRow], { text: 'wANTED-1' })).toHaveLength(1);
});

test('counters count every open call once, and in its danger', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const counters = countCalls(rows, true, 0);
      expect(counters.open + (counters.ended ?? 0)).toBe(rows.length);
      for (const danger of ['late', 'failing', 'overdue'] as const) {
        expect(counters[danger]).toBe(rows.filter((row) => row.danger === danger).length);
      }
      expect(countCalls(rows, false, 0)).not.toHaveProperty('ended');
    }),
  );
});
