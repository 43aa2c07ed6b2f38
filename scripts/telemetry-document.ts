import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EVENTS, FIELD_MEANINGS } from '../src/core/events/event-catalog.ts';

const repository = resolve(import.meta.dirname, '..');

/**
 * The document with its tables and queries as they should be: the tables of events and fields from the catalog that the
 * types come from, each query from its file.
 *
 * Errors: Error when the marks of a table are missing, or a query's file.
 */
export function completeTelemetryDocument(document: string): string {
  const tables: Readonly<Record<string, string>> = { events: toEventsTable(), fields: toFieldsTable() };
  const withTables = Object.entries(tables).reduce((text, [name, table]) => {
    const between = new RegExp(`(<!-- ${name}: node scripts/telemetry-document.ts -->\n).*?(<!-- /${name} -->)`, 's');
    if (!between.test(text)) throw new Error(`docs/telemetry.md lacks the marks of the table ${name}.`);
    return text.replace(between, (_all, start: string, end: string) => `${start}${table}\n${end}`);
  }, document);
  return withTables.replace(
    /(\[(infra\/kql\/\S+)\]\(\S+\)\n\n```kusto\n).*?(```)/gs,
    (_all, start: string, path: string, end: string) =>
      `${start}${readFileSync(resolve(repository, path), 'utf8')}${end}`,
  );
}

function toEventsTable(): string {
  const rows = Object.entries(EVENTS).map(([name, { levels, when, fields }]) => {
    const names = Object.entries(fields).map(([field, type]) => (type.endsWith('?') ? `${field}?` : field));
    return `| \`${name}\` | ${levels.join(', ')} | ${when} | ${names.join(', ')} |`;
  });
  return ['| event | level | written when | fields |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function toFieldsTable(): string {
  const rows = Object.entries(FIELD_MEANINGS).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return ['| field | meaning |', '| --- | --- |', ...rows].join('\n');
}

if (import.meta.main) {
  const path = resolve(repository, 'docs/telemetry.md');
  writeFileSync(path, completeTelemetryDocument(readFileSync(path, 'utf8')));
}
