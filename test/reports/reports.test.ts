import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { graphReports } from './graph-reports.ts';
import { notificationReports } from './notification-reports.ts';
import type { Reported } from './reported.ts';
import { storageReports } from './storage-reports.ts';
import { tokenReports } from './token-reports.ts';

/** What public bug reports tell of. Each file names its source, and what is expected of this app. */
const directory = new URL('../fixtures/reports/', import.meta.url);
const names = readdirSync(directory).map((file) => file.replace(/\.json$/, ''));
const reports = names.map((name) => ({
  name,
  ...JSON.parse(readFileSync(new URL(`${name}.json`, directory), 'utf8')),
}));
const tries: Readonly<Record<string, Reported>> = {
  ...graphReports,
  ...notificationReports,
  ...storageReports,
  ...tokenReports,
};

test('each report is tried, and nothing else', () => {
  expect(Object.keys(tries).toSorted()).toEqual(names.toSorted());
});

test.each(reports)('$name: $expected', async ({ name, input }) => {
  await tries[name]?.(input);
  expect.hasAssertions();
});
