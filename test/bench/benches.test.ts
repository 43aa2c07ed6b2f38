import { describe, expect, test } from 'vitest';
import { alternate, median, medianRatio } from '../../bench/alternate.ts';
import { beat } from '../../bench/beat/beat.ts';
import { type Bench, isMet } from '../../bench/bench.ts';
import { coldStart } from '../../bench/cold-start/cold-start.ts';
import { manyCalls } from '../../bench/many-calls/many-calls.ts';
import { notification } from '../../bench/notification/notification.ts';
import { allMet, toAimsTable, toJson, toTable } from '../../bench/report.ts';
import { simulation } from '../../bench/simulation.ts';
import { storage } from '../../bench/storage/storage.ts';

// Whether the benches work, not whether the app is fast: no number of them that is a time is looked at.
describe('each bench runs and measures something:', () => {
  const benches: ReadonlyArray<{ readonly bench: Bench; readonly measures: readonly string[] }> = [
    { bench: coldStart, measures: ['first 202: bundle', 'first 202: bundle ÷ unbundled'] },
    { bench: notification, measures: ['established: app ÷ floor', 'refused ÷ repeated'] },
    { bench: beat, measures: ['beat 8: app ÷ bare', 'history at beat 8'] },
    { bench: simulation, measures: ['seeds of 1 hours'] },
  ];
  test.each(benches)('$bench.name', async ({ bench, measures }) => {
    const measurements = await bench.run('smoke');
    expect(measurements.map(({ what }) => what)).toEqual(expect.arrayContaining([...measures]));
    for (const { what, value } of measurements) expect(value, what).toBeGreaterThan(0);
  });
});

test('a call costs no more requests, log lines and bytes than is written down, each keepAlive one write, two turns and an activity', async () => {
  const measurements = await storage.run('smoke');
  const aims = measurements.filter(({ aim }) => aim !== undefined);
  expect(aims).toHaveLength(17);
  for (const measurement of aims) expect(isMet(measurement), measurement.what).toBe(true);
});

test('the bench of many calls works, and counts the requests that are written down', async () => {
  const measurements = await manyCalls.run('smoke');
  const aims = measurements.filter(({ aim }) => aim !== undefined);
  expect(aims).toHaveLength(9);
  for (const measurement of aims) expect(isMet(measurement), measurement.what).toBe(true);
}, 120_000);

test('variants are measured in turn, without the first round', async () => {
  const order: string[] = [];
  const measure = (name: string, values: number[]) => () => {
    order.push(name);
    return values.shift() ?? 0;
  };
  const values = await alternate({ a: measure('a', [9, 2, 4, 6]), b: measure('b', [9, 1, 2, 2]) }, 4);
  expect(order.join('')).toBe('abababab');
  expect(values).toEqual({ a: [2, 4, 6], b: [1, 2, 2] });
  expect(median(values.a)).toBe(4);
  expect(medianRatio(values.a, values.b)).toBe(2);
});

test('a missed aim is told, and is what the exit code rests on', () => {
  const bench = { name: 'sample', about: 'About.', notMeasured: 'much.', run: async () => [] };
  const told = { what: 'told', value: 12_345.6, unit: 'ms' };
  const missed = { what: 'missed', value: 1.234, unit: '×', aim: { atMost: 1.2 } };
  const met = { what: 'met', value: 2, unit: 'each', aim: { exactly: 2 } };
  expect(toTable({ bench, measurements: [told, missed, met] })).toContain(
    '| told | 12,346 ms |  |  |\n| missed | 1.23 × | ≤ 1.2 | **missed** |\n| met | 2 each | = 2 | met |',
  );
  const { name } = bench;
  expect(allMet([{ name, measurements: [told, met] }])).toBe(true);
  expect(allMet([{ name, measurements: [told, missed, met] }])).toBe(false);
  expect(allMet([{ name, measurements: [] }])).toBe(false);
  const aims = toAimsTable([{ name, measurements: [told, missed, met] }]);
  expect(aims).toMatch(
    /\n\| sample \| missed \| 1.23 × \| ≤ 1.2 \| \*\*missed\*\* \|\n\| sample \| met \| 2 each \| = 2 \| met \|$/,
  );
  expect(JSON.parse(toJson([{ bench, measurements: [missed] }])).benches).toEqual([
    { name: 'sample', measurements: [{ ...missed, met: false }] },
  ]);
});
