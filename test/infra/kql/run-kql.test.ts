import { expect, test } from 'vitest';
import { kqlFaults } from '../kql-syntax.ts';
import { runKql } from './run-kql.ts';

const line = (at: number, message: object | string) => ({
  timestamp: at,
  message: typeof message === 'string' ? message : JSON.stringify(message),
  customDimensions: { Category: 'c' },
});
const traces = [line(1, { event: 'a', n: 1 }), line(2, { event: 'b' }), line(3, { event: 'a', n: 5 }), line(4, 'text')];

/** Each is KQL to Microsoft's parser too. */
function run(query: string, nowMs = 10): readonly object[] {
  expect(kqlFaults(query)).toEqual([]);
  return runKql(query, { traces }, nowMs);
}

test.each([
  [`traces | where message startswith '{"EVENT":"a"' | project timestamp`, [{ timestamp: 1 }, { timestamp: 3 }]],
  ['traces | extend e = parse_json(message) | where toint(e.n) > 1 | project n = toint(e.n)', [{ n: 5 }]],
  [
    'traces | extend e = parse_json(message) | where isnotnull(e.n) and toint(e.n) <= 1 | project timestamp',
    [{ timestamp: 1 }],
  ],
  ['traces | where message == "none" | summarize n = count()', [{ n: 0 }]],
  ['traces | where message == "none" | summarize n = count() by message', []],
  [
    'traces | extend e = parse_json(message) | summarize n = sum(coalesce(toint(e.n), 0)), lastAt = max(timestamp) by event = tostring(e.event)',
    [
      { event: 'a', n: 6, lastAt: 3 },
      { event: 'b', n: 0, lastAt: 2 },
      { event: '', n: 0, lastAt: 4 },
    ],
  ],
  [
    'traces | where message == "text" | mv-expand told = split("x 2, y 3", ", ") to typeof(string) | project n = toint(extract("[0-9]+$", 0, told))',
    [{ n: 2 }, { n: 3 }],
  ],
  ['let a = traces | where message == "text" | project timestamp; union a, a', [{ timestamp: 4 }, { timestamp: 4 }]],
  [
    'traces | where tostring(customDimensions.Category) !in ("d", "e") and message contains "EX" | project timestamp',
    [{ timestamp: 4 }],
  ],
])('%s', (query, rows) => {
  expect(run(query)).toEqual(rows);
});

test('ago counts from now', () => {
  expect(run('traces | where timestamp < ago(1s) | project timestamp', 1_002)).toEqual([{ timestamp: 1 }]);
});

test.each(['traces | top 3 by timestamp', 'traces | extend a = bin(timestamp, 1h)', 'nothing | where true'])(
  'what it does not understand is an error: %s',
  (query) => {
    expect(() => runKql(query, { traces }, 0)).toThrow(/not understood|no table/);
  },
);
