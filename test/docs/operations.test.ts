import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { CALL_DANGERS, CALL_STATES } from '../../src/core/operator-views/call-standing.ts';
import { createHostClient } from '../e2e/host-client.ts';
import { buildOnce } from '../support/build-once.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { readTestedBlocks } from './tested-blocks.ts';

const document = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
const { variables = '', ...commands } = Object.fromEntries(readTestedBlocks('docs/operations.md'));

describe('the commands against a running host', () => {
  /** What each block prints, as a reader would see it: one JSON text a command. */
  const EXPECTED: Readonly<Record<string, readonly object[]>> = {
    doctor: [{ status: 'ok' }, { healthy: true }],
    danger: [{ value: [], counters: { open: 1, overdue: 0 } }],
    call: [
      {
        why: expect.stringMatching(/keepAlive/),
        timeline: expect.arrayContaining([expect.objectContaining({ kind: 'established' })]),
        instance: { customStatus: { recent: expect.any(Array) } },
      },
    ],
    keepAlive: [
      {
        dryRun: true,
        method: 'POST',
        url: expect.any(String),
        tenantId: SAMPLE_TENANT_ID,
        audience: expect.any(String),
      },
      { ok: true, outcome: 'alive', graph: { status: 200, requestId: expect.any(String) } },
    ],
    register: [{ record: { phase: 'active' } }],
    instance: [{ name: 'keepCallAlive', historyEvents: expect.any(Array) }],
    instances: [expect.arrayContaining([expect.objectContaining({ runtimeStatus: 'Running' })])],
    suspend: [],
    stop: [expect.anything()],
  };
  const telemetryFolder = mkdtempSync(join(tmpdir(), 'telemetry-'));
  let host: SpawnedHost;
  /** What the variables of the guide were set to. */
  let settled = '';
  const runBash = (script: string) => {
    const here = script.replaceAll('http://127.0.0.1:7071', host.origin);
    const whole = `curl() { command curl -f -w '\\n' "$@"; }\n${here}`;
    return spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', whole], { cwd: host.folder, encoding: 'utf8' });
  };

  beforeAll(async () => {
    await buildOnce();
    host = await startSpawnedHost(['--no-demo'], {
      ...hostStorage('operations'),
      NODE_OPTIONS: `--import=${new URL('./preloaded-sdk.ts', import.meta.url).href}`,
      TELEMETRY_FOLDER: telemetryFolder,
    });
    const client = createHostClient(host);
    await client.control('POST', 'calls', { callbackUri: `${host.origin}/api/notifications` });
    await host.printed(/kept alive from now on/);
    // Once for all blocks, as in the shell of a reader.
    const run = runBash(`${variables}declare -p HOST FUNCTION_KEY DURABLE_KEY CALL`);
    expect([run.stderr, run.status]).toEqual(['', 0]);
    settled = run.stdout;
  }, START_TIMEOUT_MS);
  afterAll(() => rmSync(telemetryFolder, { recursive: true, force: true }));

  test('are all tested', () => {
    expect(Object.keys(commands).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  // `stop` last, for the others need the call.
  test.each(Object.keys(EXPECTED))('"%s" print what the text says', (name) => {
    const run = runBash(`${settled}${commands[name]}`);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const answers = run.stdout.split('\n').filter((line) => line !== '');
    expect(answers.map((answer): unknown => JSON.parse(answer))).toMatchObject([...(EXPECTED[name] ?? [])]);
  });

  test('left spans and metrics with the SDK that was preloaded as docs/telemetry.md says', async () => {
    expect(await host.stop()).toBe(0);
    const told = readdirSync(telemetryFolder).map((file) => readFileSync(join(telemetryFolder, file), 'utf8'));
    const ofApp = told.filter((text) => text.includes('"graph.keepAlive"'));
    expect(ofApp).toHaveLength(1);
    expect(ofApp[0]).toContain('"receiveNotifications"');
    expect(ofApp[0]).toContain('"instrument":"notifications"');
  });
});

describe('the runbook', () => {
  const alerts = readFileSync(join(REPOSITORY, 'infra/modules/alerts.bicep'), 'utf8');
  const titles = [...alerts.matchAll(/displayName: '(.+)'/g)].map(([, title = '']) => title);

  test('has an entry for every alert, under its title, and for no other', () => {
    const [, section = ''] = /^## Alerts\n(.*?)^## /ms.exec(document) ?? [];
    expect(titles.length).toBeGreaterThan(4);
    expect([...section.matchAll(/^### (.+)$/gm)].map(([, title]) => title)).toEqual(titles);
  });

  test.each([
    ['States of a call', CALL_STATES],
    ['Why a call ended', ['terminated', 'notFound', 'stopped', 'alone', 'expired']],
    ['States of an instance', ['Pending', 'Running', 'Suspended', 'Completed', 'Failed', 'Terminated']],
  ])('"%s" explains each of %j', (title, names) => {
    const [, section = ''] = new RegExp(`^## ${title}\n(.*?)^## `, 'ms').exec(document) ?? [];
    const explained = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(explained).toEqual([...names]);
  });

  test('names every danger', () => {
    const [, section = ''] = /^## States of a call\n(.*?)^## /ms.exec(document) ?? [];
    for (const danger of CALL_DANGERS) expect(section).toContain(`\`${danger}\``);
  });
});
