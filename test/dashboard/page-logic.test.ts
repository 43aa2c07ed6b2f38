import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDashboard } from '../../scripts/build-dashboard.ts';
import type { CallCounters } from '../../src/core/operator-views/call-page.ts';
import type { CallRow } from '../../src/core/operator-views/call-row.ts';
import type { TimelineEntry } from '../../src/core/operator-views/call-timeline.ts';
import { type Address, parseAddress, toListPath, toSearch, VIEWS } from '../../src/dashboard/address.ts';
import type { Counters, Happening, Row } from '../../src/dashboard/api-types.ts';
import { toLanes } from '../../src/dashboard/chart-lanes.ts';
import { toHeadline } from '../../src/dashboard/headline.ts';
import { toOnlyTenantId } from '../../src/dashboard/only-tenant-id.ts';
import { readCallDetails, readCallList, toGraphSentence } from '../../src/dashboard/read-content.ts';
import { toClockText, toShortText } from '../../src/dashboard/time-format.ts';

// What the API gives is what the page reads: these lines compile only as long as both say the same.
({}) as CallRow satisfies Row;
({}) as CallCounters satisfies Counters;
({}) as TimelineEntry satisfies Happening;

test('the page and all its parts are small: at most 40 KiB as they are sent', async () => {
  const assets = await buildDashboard();
  expect(Object.keys(assets).toSorted()).toEqual(['dashboard.js', 'icon.svg', 'index.html', 'style.css']);
  const bytes = Object.values(assets).reduce((sum, text) => sum + gzipSync(text).length, 0);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(40 * 1_024);
});

test('the page has no inline script and no inline style, and names nothing from elsewhere', async () => {
  const { 'index.html': page = '', 'dashboard.js': script = '' } = await buildDashboard();
  expect(page).toContain('<script type="module" src=');
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:/);
  expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage/);
});

test('a call to register is proposed a tenant only where all calls on the page have it', () => {
  const a = { tenantId: 'a' };
  const lists = [[], [{}], [a, a], [a, { tenantId: 'b' }], [a, {}], [{}, a]];
  expect(lists.map(toOnlyTenantId)).toEqual(['', '', 'a', '', '', '']);
});

describe('the address of the page', () => {
  const anyAddress: fc.Arbitrary<Address> = fc.record({
    view: fc.constantFrom(...VIEWS),
    text: fc.string({ unit: 'grapheme' }),
    tenant: fc.string(),
    after: fc.string(),
    call: fc.string(),
  });

  test('says what is shown and is read back as it was', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(parseAddress(toSearch(address))).toEqual(address);
      }),
    );
  });

  test('is empty for the page as it opens', () => {
    expect(toSearch(parseAddress(''))).toBe('');
    expect(parseAddress('?view=nonsense').view).toBe('open');
  });

  test.each([
    { search: '', path: 'calls?top=100' },
    { search: '?view=failing', path: 'calls?danger=failing&top=100' },
    { search: '?view=ended&text=a b', path: 'calls?state=ended%2Clost&text=a+b&top=100' },
    { search: '?tenant=t&after=0_1_x&call=c', path: 'calls?tenant=t&top=100&continuationToken=0_1_x' },
  ])('$search asks for $path', ({ search, path }) => {
    expect(toListPath(parseAddress(search), 100)).toBe(path);
  });
});

test.each([
  { counters: { open: 0, late: 0, failing: 0, overdue: 0, lost: 0 }, text: 'No calls at the moment.', danger: 'none' },
  { counters: { open: 1, late: 0, failing: 0, overdue: 0, lost: 0 }, text: 'The one call is well.', danger: 'none' },
  {
    counters: { open: 1_200, late: 0, failing: 0, overdue: 0, lost: 0 },
    text: 'All 1,200 calls are well.',
    danger: 'none',
  },
  { counters: { open: 3, late: 2, failing: 0, overdue: 0, lost: 0 }, text: /^2 of 3 calls are late/, danger: 'late' },
  {
    counters: { open: 3, late: 2, failing: 1, overdue: 0, lost: 0 },
    text: /^1 of 3 calls is failing/,
    danger: 'failing',
  },
  {
    counters: { open: 1, late: 0, failing: 1, overdue: 0, lost: 0 },
    text: /^The one call is failing/,
    danger: 'failing',
  },
  {
    counters: { open: 9, late: 0, failing: 0, overdue: 2, lost: 0 },
    text: /^2 calls are past .* dropped them\.$/,
    danger: 'overdue',
  },
  {
    counters: { open: 9, late: 0, failing: 3, overdue: 1, lost: 0 },
    text: /dropped it\. 3 more are failing\.$/,
    danger: 'overdue',
  },
])('the headline for $counters is $text', ({ counters, text, danger }) => {
  const headline = toHeadline({ counters }, Date.UTC(2026, 2, 2));
  expect(headline.danger).toBe(danger);
  if (typeof text === 'string') expect(headline.text).toBe(text);
  else expect(headline.text).toMatch(text);
});

test.each([
  { lost: 1, overdue: 0, text: /^1 call was lost at .+: no success for 45 min, Graph answers 503\.$/ },
  { lost: 3, overdue: 0, text: /^3 calls were lost, the last one at .+: no success for 45 min, Graph answers 503\.$/ },
  { lost: 1, overdue: 2, text: /Graph answers 503\. 2 calls are past the deadline/ },
])('a lost call stands first and is never well: $lost lost, $overdue overdue', ({ lost, overdue, text }) => {
  const latestLoss = { callId: 'c', at: '2026-03-02T12:45:00Z', cause: 'no success for 45 min, Graph answers 503' };
  const counters = { open: 5, late: 0, failing: 0, overdue, lost };
  const headline = toHeadline({ counters, latestLoss }, Date.parse('2026-03-02T13:00:00Z'));
  expect(headline.text).toMatch(text);
  expect(headline.text).not.toContain('well');
  expect(headline.danger).toBe('lost');
});

test('labels of the chart lie over no other, however narrow it is', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          part: fc.double({ min: 0, max: 1, noNaN: true }),
          label: fc.constantFrom('seen', 'established', 'rescued', 'kept alive', 'ended', 'deadline', 'now'),
        }),
        { maxLength: 12 },
      ),
      fc.integer({ min: 240, max: 1_200 }),
      (drawn, width) => {
        const marks = drawn.map(({ part, label }) => ({ at: 14 + part * (width - 28), kind: label, label }));
        const placed = toLanes(marks, width).filter(({ lane }) => lane !== undefined);
        const extents = placed.map(({ at, anchor, label, lane }) => {
          const length = label.length * 6;
          const from = anchor === 'start' ? at : anchor === 'end' ? at - length : at - length / 2;
          return { lane, from, to: from + length };
        });
        for (const [index, one] of extents.entries()) {
          for (const other of extents.slice(index + 1)) {
            expect(one.lane !== other.lane || one.to < other.from || other.to < one.from).toBe(true);
          }
        }
        if (marks.length > 0) expect(placed.length).toBeGreaterThan(0);
      },
    ),
  );
});

test.each([
  [0, '00:00'],
  [999, '00:00'],
  [2_699_000, '44:59'],
  [3_723_000, '1:02:03'],
  [-500, '00:00'],
  [-61_000, '−01:01'],
])('%i ms on the clock are %s', (ms, text) => expect(toClockText(ms)).toBe(text));

test.each([
  [-5, '0 s'],
  [119_999, '119 s'],
  [120_000, '2 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('%i ms in short are %s', (ms, text) => expect(toShortText(ms)).toBe(text));

test('what something else than the app answers is not taken for calls', () => {
  for (const content of [undefined, null, 'a page', 5, [], {}, { value: {} }, { value: [], counters: 5 }]) {
    expect(readCallList(content)).toBeUndefined();
    expect(readCallDetails(content)).toBeUndefined();
  }
  expect(readCallList({ value: [], counters: {} })).toBeDefined();
  expect(readCallDetails({ row: {}, timeline: [] })).toBeDefined();
});

test.each([
  [{ graph: { status: 200, durationMs: 34.6, requestId: 'abc' } }, 'Graph answered 200 after 35 ms. Request id abc.'],
  [{ graph: { status: 503 } }, 'Graph answered 503.'],
  [{ graph: { status: null } }, 'Graph gave no answer.'],
  [undefined, 'Graph gave no answer.'],
])('%j in words is: %s', (content, text) => expect(toGraphSentence(content)).toBe(text));
