import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeTelemetryDocument } from '../../scripts/telemetry-document.ts';
import { createTracing } from '../../src/adapters/tracing.ts';
import { REPOSITORY } from '../support/build-once.ts';
import { recordTelemetry, removeTelemetry } from '../telemetry/recorded-telemetry.ts';

const document = readFileSync(join(REPOSITORY, 'docs/telemetry.md'), 'utf8');

test('its tables are those of the catalog, its queries those of infra/kql (else run scripts/telemetry-document.ts)', () => {
  expect(document).toBe(completeTelemetryDocument(document));
  expect(completeTelemetryDocument(document.replace('| `call.ended` |', '| `call.gone` |'))).toBe(document);
  expect(completeTelemetryDocument(document.replace('| where completed == 0', '| where completed < 2'))).toBe(document);
});

test('it quotes every query, each once, and no block of it is another', () => {
  const files = globSync('infra/kql/**/*.kql', { cwd: REPOSITORY }).map((path) => path.replaceAll('\\', '/'));
  const quoted = [...document.matchAll(/\[(infra\/kql\/\S+)\]\(\.\.\/(\S+)\)\n\n```kusto\n/g)];
  expect(files.length).toBeGreaterThan(15);
  expect(quoted.map(([, path]) => path).toSorted()).toEqual(files.toSorted());
  for (const [, path, link] of quoted) expect(link).toBe(path);
  expect(document.match(/```kusto/g)).toHaveLength(files.length);
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
