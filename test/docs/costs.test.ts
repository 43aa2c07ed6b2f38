import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { storage } from '../../bench/storage/storage.ts';
import { REPOSITORY } from '../support/repository.ts';

const SECONDS_A_MONTH = 2_628_000;
const MINUTES_A_MONTH = SECONDS_A_MONTH / 60;

const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');
const document = read('docs/costs.md');
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));

/** The row of a table that begins so, without its first cell. */
function row(start: string): readonly string[] {
  const found = rows.filter(([first = '']) => first.startsWith(start));
  expect(found, start).toHaveLength(1);
  return found[0]?.slice(1) ?? [];
}

/** What an event costs: requests of the engine and of the app, and the empty reads after it. */
function requests(start: string): { engine: number; app: number; reads: number; all: number } {
  const [engine = Number.NaN, app = Number.NaN, reads = Number.NaN] = row(start).map(Number);
  return { engine, app, reads, all: engine + app };
}

/** The numbers of a text in the document: those of the expression's groups. */
function numbers(expression: RegExp): readonly number[] {
  const [, ...found] = expression.exec(document.replaceAll(/\s+/g, ' ')) ?? expect.unreachable(String(expression));
  return found.map((text) => Number(text.replaceAll(',', '')));
}

let measured: ReadonlyMap<string, number>;
beforeAll(async () => {
  measured = new Map((await storage.run('smoke')).map(({ what, value }) => [what, value]));
});
const count = (end: string) => {
  const found = [...measured].filter(([what]) => what.endsWith(end));
  expect(found, end).toHaveLength(1);
  return found[0]?.[1];
};

test("the app's own requests are those that the bench counts", () => {
  expect(requests('start').app).toBe(count('established): table'));
  expect(requests('keepAlive').app).toBe(count('keepAlive: table'));
  expect(requests('end').app).toBe(count('clean-up: table'));
  expect(requests('repeated').app).toBe(count('repeated established: table'));
  expect(requests('reconciliation').app).toBe(count('all well: table'));
  const [fiveMinutely, quarterly, hourly] = ['reconciliation', 'every 15 minutes', 'once an hour'].map(requests);
  expect((fiveMinutely?.app ?? 0) + (quarterly?.app ?? 0) + (hourly?.app ?? 0)).toBe(count('once an hour: table'));
  expect(hourly?.engine).toBe(count('once an hour: engine'));
});

test('so is the text that the engine writes down', () => {
  const [start, keepAlive, end] = numbers(
    /: ([\d,]+) bytes at the start, some ([\d,]+) a keepAlive, ([\d,]+) at the end/,
  );
  expect(start).toBe(count('established): bytes'));
  expect(keepAlive).toBe(Math.round(count('keepAlive: bytes') ?? 0));
  expect(end).toBe(count('clean-up: bytes'));
});

test('the requests of a call of one hour are the sum of its parts', () => {
  const parts = [requests('start'), requests('keepAlive'), requests('end'), requests('cancelled timer')] as const;
  const [start, keepAlive, end, timer] = parts;
  const [ofStart, keepAlives, ofKeepAlive, ofEnd, ofTimer, all, , reads] = numbers(
    /A call of one hour: (\d+) \+ (\d+) × (\d+) \+ (\d+) \+ (\d+) = \*\*(\d+) requests\*\*, (\d+) of them on tables, and up to (\d+) empty reads/,
  );
  expect([ofStart, ofKeepAlive, ofEnd, ofTimer]).toEqual(parts.map((part) => part.all));
  expect(keepAlives).toBe(4);
  expect(all).toBe(start.all + 4 * keepAlive.all + end.all + timer.all);
  expect(reads).toBe(Math.round(start.reads + 4 * keepAlive.reads + end.reads + timer.reads));
});

test('the month of storage follows from it', () => {
  const [ofOne = 0, onTables = 0, reads = 0] = numbers(
    /= \*\*(\d+) requests\*\*, (\d+) of them on tables, and up to (\d+) empty reads/,
  );
  const calls = (1_000 * MINUTES_A_MONTH) / (24 * 60);
  const own = MINUTES_A_MONTH * (requests('reconciliation').app / 5 + requests('once an hour').all / 60);
  const [perMinute = 0] = numbers(/An idle host makes \*\*(\d+) requests a minute\*\*/);
  const [tables = 0, tablePrice = 0, queues = 0, queuePrice = 0, idle = 0, sum] = numbers(
    /: ([\d.]+) million table requests at \[([\d.]+) a million\]\S+, (\d+) million on queues at \[([\d.]+)\]\S+, idle ([\d.]+): \*\*([\d.]+)\*\* dollars/,
  );
  const million = (value: number, digits: number) => Number((value / 1e6).toFixed(digits));
  expect(tables).toBe(million(calls * onTables + own, 1));
  expect(queues).toBe(million(calls * (ofOne - onTables + reads), 0));
  expect(sum).toBeCloseTo(tables * tablePrice + queues * queuePrice + idle, 1);
  const [idleRequests] = numbers(/\| ([\d.]+) million idle requests, /);
  expect(idleRequests).toBe(million(perMinute * MINUTES_A_MONTH, 1));
});

test('the table of the month adds up, and counts the alerts that the template makes', () => {
  const [instances = '', price] = row('always-ready');
  const [many = 0, gigabytes = 0, seconds = 0, each = 0] = [...instances.replaceAll(',', '').matchAll(/[\d.]+/g)].map(
    Number,
  );
  expect(seconds).toBe(SECONDS_A_MONTH);
  expect(Number(price)).toBeCloseTo(many * gigabytes * seconds * each, 1);
  const alerts = read('infra/modules/alerts.bicep');
  const made = (pattern: RegExp) => [...alerts.matchAll(pattern)].length;
  const [what = '', alertsPrice] = row('alerts');
  const [often = 0, , oftenPrice = 0, seldom = 0, seldomPrice = 0, metric = 0, metricPrice = 0] = [
    ...what.matchAll(/[\d.]+/g),
  ].map(Number);
  // Those of the list, without the one that a daily cap brings.
  expect(often).toBe(made(/^ {4}evaluationFrequency: 'PT5M'$/gm) - made(/metricAlerts@/g));
  expect(often + seldom).toBe(made(/loadTextContent\(/g) - 1);
  expect(metric).toBe(made(/metricAlerts@/g));
  expect(Number(alertsPrice)).toBeCloseTo(often * oftenPrice + seldom * seldomPrice + metric * metricPrice, 5);
  const parts = ['always-ready', 'running code', '[storage]', '[telemetry]', 'alerts'].map((start) =>
    Number(row(start)[1]),
  );
  expect(Math.round(parts.reduce((sum, part) => sum + part, 0))).toBe(numbers(/Some \*\*(\d+) dollars\*\*/)[0]);
});
