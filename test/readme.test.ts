import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCodeBlocks, standsInItsFile } from './docs/code-blocks.ts';
import { createHostClient } from './e2e/host-client.ts';
import { buildOnce } from './support/build-once.ts';
import { START_TIMEOUT_MS } from './support/eventually.ts';
import { hostStorage } from './support/host-storage.ts';
import { REPOSITORY } from './support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from './support/spawned-host.ts';

const readme = readFileSync(resolve(REPOSITORY, 'README.md'), 'utf8');
/** Blocks with a comment `<!-- test: name -->` right before them. */
const blocks = new Map(
  [...readme.matchAll(/<!-- test: (\S+) -->\n```bash\n(.*?)```/gs)].map(([, name = '', script = '']) => [name, script]),
);
const runningCall = { name: 'keepCallAlive', runtimeStatus: 'Running', customStatus: { phase: 'waiting' } };

/** What each block prints, as a reader would see it. */
const EXPECTED: Readonly<Record<string, (printed: string) => void>> = {
  status(printed) {
    const instances: unknown = JSON.parse(printed);
    if (!Array.isArray(instances)) throw new Error(`not a list: ${printed}`);
    expect(instances.length).toBeGreaterThan(0);
    for (const instance of instances) expect(instance).toMatchObject(runningCall);
  },
  call: (printed) =>
    expect(JSON.parse(printed)).toMatchObject({ record: { phase: 'active' }, instance: { runtimeStatus: 'Running' } }),
  faults(printed) {
    expect(printed).toContain('"operation":"keepAlive"');
    expect(printed).toContain('"keepAlives":[');
  },
};

let host: SpawnedHost;

beforeAll(async () => {
  await buildOnce();
  host = await startSpawnedHost(['--no-demo'], hostStorage('readme'));
  const client = createHostClient(host);
  await client.control('POST', 'calls', { callbackUri: `${host.origin}/api/notifications` });
  await host.printed(/kept alive from now on/);
}, START_TIMEOUT_MS);
afterAll(() => host.stop());

test('every command block that is marked as tested is tested', () => {
  expect([...blocks.keys()].toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
});

test('every piece of code stands in a file that is run by a test of its own', () => {
  const code = readCodeBlocks('README.md').filter(({ language }) => language !== 'bash' && language !== 'mermaid');
  expect(code.length).toBeGreaterThan(0);
  expect(code.filter((block) => !standsInItsFile(block))).toEqual([]);
});

test.each([...blocks])('the commands "%s" print what the text says', (name, script) => {
  const here = script
    .replaceAll('http://127.0.0.1:7071', host.origin)
    .replaceAll('http://127.0.0.1:7072', host.graphOrigin);
  expect(here).not.toMatch(/:707[12]\b/);
  const run = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', here], { cwd: host.folder, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  EXPECTED[name]?.(run.stdout);
});
