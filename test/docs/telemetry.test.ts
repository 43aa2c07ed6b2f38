import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { completeTelemetryDocument } from '../../scripts/telemetry-document.ts';
import { createTracing } from '../../src/adapters/tracing.ts';
import { REPOSITORY } from '../support/repository.ts';
import { recordTelemetry, removeTelemetry } from '../telemetry/recorded-telemetry.ts';

const document = readFileSync(join(REPOSITORY, 'docs/telemetry.md'), 'utf8');

test('its table is that of the catalog (else run scripts/telemetry-document.ts)', () => {
  expect(document).toBe(completeTelemetryDocument(document));
  expect(completeTelemetryDocument(document.replace('| `call.ended` ', '| `call.gone` '))).toBe(document);
  expect(() => completeTelemetryDocument(document.replace('<!-- /events -->', ''))).toThrow('lacks the marks');
});

test('it leads to every query, once, and repeats none', () => {
  const files = globSync('infra/kql/**/*.kql', { cwd: REPOSITORY }).map((path) => path.replaceAll('\\', '/'));
  const linked = [...document.matchAll(/^- .+ \[(\S+)\]\(\.\.\/(infra\/kql\/\S+)\)/gm)];
  expect(files.length).toBeGreaterThan(15);
  expect(linked.map(([, , path]) => path).toSorted()).toEqual(files.toSorted());
  for (const [, name, path] of linked) expect(basename(path ?? '')).toBe(name);
  expect(document).not.toContain('parse_json');
});

test('it names every span and metric', async () => {
  const { spans, values } = recordTelemetry();
  const tracing = createTracing();
  await tracing.ingest(undefined, async () => ({ status: 202 }));
  tracing.sentKeepAlive(1_000, 'alive');
  tracing.gotUnknownIds(1);
  removeTelemetry();
  const names = [...spans.map(({ name }) => name), ...values.map(({ instrument }) => instrument), 'graph.keepAlive'];
  expect(names).toHaveLength(5);
  for (const name of names) expect(document).toContain(`\`${name}\` |`);
});
