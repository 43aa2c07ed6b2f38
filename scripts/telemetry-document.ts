import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ATTEMPT, EVENTS } from '../src/core/events/event-catalog.ts';

const repository = resolve(import.meta.dirname, '..');

/**
 * The document with its table of events as it should be, from the catalog that the types come from.
 *
 * Errors: Error when the marks of the table are missing.
 */
export function completeTelemetryDocument(document: string): string {
  const between = /(<!-- events: node scripts\/telemetry-document.ts -->\n).*?(<!-- \/events -->)/s;
  if (!between.test(document)) throw new Error('docs/telemetry.md lacks the marks of the table of events.');
  return document.replace(between, (_all, start: string, end: string) => `${start}${toEventsTable()}\n${end}`);
}

/** What every try of a keepAlive tells stands in a row of its own, and not in each event's. */
function toEventsTable(): string {
  const ofTry = toNames(ATTEMPT);
  const rows = Object.entries(EVENTS).map(([name, { levels, when, fields }]) => {
    return `| \`${name}\` ${levels.join(', ')} | ${when} | ${toNames(fields).replace(ofTry, '*try*')} |`;
  });
  const lastRow = `| *try* | in every \`keepAlive.*\` | ${ofTry} |`;
  return ['| event, level | written when | fields |', '| --- | --- | --- |', ...rows, lastRow].join('\n');
}

function toNames(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([field, type]) => (type.endsWith('?') ? `${field}?` : field))
    .join(', ');
}

if (import.meta.main) {
  const path = resolve(repository, 'docs/telemetry.md');
  writeFileSync(path, completeTelemetryDocument(readFileSync(path, 'utf8')));
}
