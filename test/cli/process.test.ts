import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildCli } from '../../scripts/build-cli.ts';
import { textOf } from '../../src/cli/json-value.ts';
import { buildOnce } from '../support/build-once.ts';
import { hostStorage } from '../support/host-storage.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { TENANT, UNKNOWN_CALL } from './cli-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-'));
const cli = join(folder, 'cli.js');
let host: SpawnedHost;
let metafile: Metafile;

beforeAll(async () => {
  await buildOnce();
  const starting = startSpawnedHost(['--storage', 'memory', '--no-demo'], hostStorage('cli'));
  [metafile, host] = await Promise.all([buildCli(cli), starting]);
}, 60_000);

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

/** The built command line in a process of its own, against a real local host with real keys. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const { PATH = '' } = process.env;
  const known = { CALL_KEEPALIVE_URL: host.origin, CALL_KEEPALIVE_KEY: host.functionKey };
  return spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH, HOME: folder, ...known, ...env } });
}

async function end(child: ChildProcess, stdin = '') {
  child.stdin?.end(stdin);
  const closed = once(child, 'close');
  const [out, err] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))),
  );
  const [exitCode] = await closed;
  return { exitCode, out, err };
}

/** A call whose notifications reach nobody: the bot is not pointed at this app yet. */
async function beginElsewhere(): Promise<string> {
  const created = await fetch(`${host.graphOrigin}/control/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callbackUri: `${host.origin}/api/nobody` }),
  });
  return textOf(await created.json(), 'callId');
}

test('the bundle is one executable file that needs nothing but Node', () => {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter((path) => !isBuiltin(path))).toEqual([]);
  const others = Object.keys(metafile.inputs).filter((path) => /^(local|test|src\/(?!cli\/))/.test(path));
  expect(others.toSorted()).toEqual(['src/core/call-record/call-id.ts', 'src/core/values/visible-text.ts']);
  expect(readFileSync(cli, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  if (process.platform !== 'win32') expect(statSync(cli).mode & 0o111).toBe(0o111);
  const { bin } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  expect(bin).toEqual({ 'call-keepalive': 'dist/cli.js' });
});

test('registers, lists, keeps, shows, stops and reports a call on the local host', async () => {
  const callId = await beginElsewhere();
  const registered = await end(start(['register', '--tenant', TENANT, '--json']), `${callId}\n`);
  expect(registered).toMatchObject({ exitCode: 0, err: expect.stringMatching(/^1 kept alive from now on, 0 /) });
  expect(await end(start(['list']))).toMatchObject({ exitCode: 0, out: expect.stringContaining(callId) });
  expect(await end(start(['keep', '--pass-thru']), callId)).toEqual({ exitCode: 0, out: 'true\n', err: '' });
  expect(await end(start(['show', callId]))).toMatchObject({ exitCode: 0, out: expect.stringContaining('Running') });
  expect(await end(start(['stop', callId]))).toMatchObject({
    exitCode: 2,
    err: 'Nobody is there to confirm. Add --yes.\n',
  });
  expect(await end(start(['stop', callId, '--yes']))).toMatchObject({ exitCode: 0 });
  expect(await end(start(['report']))).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^total/m) });
  expect(await end(start(['show', UNKNOWN_CALL]))).toMatchObject({ exitCode: 4 });
}, 30_000);

test('doctor proves the local host, and its keys', async () => {
  const well = await end(start(['doctor', '--live', '--callback-url', `${host.origin}/api/notifications`]));
  expect(well).toMatchObject({ exitCode: 0, out: expect.stringContaining(`${host.origin} is well.`) });
  expect(well.out).toMatch(/^ok +key/m);
  const wrong = await end(start(['doctor'], { CALL_KEEPALIVE_KEY: 'wrong' }));
  expect(wrong).toMatchObject({ exitCode: 1, out: expect.stringContaining('refuses the key') });
});

test('who stops reading is not told of it', async () => {
  const child = start(['keep', '--help']);
  child.stdout?.destroy();
  const [err, [exitCode]] = await Promise.all([child.stderr === null ? '' : text(child.stderr), once(child, 'exit')]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
});

test('Ctrl-C ends it at once, without a stack', async () => {
  const watching = start(['watch', '--json', '--interval', '3600']);
  if (watching.stdout !== null) await once(watching.stdout, 'data');
  watching.kill('SIGINT');
  expect(await end(watching)).toMatchObject({ exitCode: 130, err: '' });
  const callId = await beginElsewhere();
  const waiting = start(['register', '--tenant', TENANT]);
  waiting.stdin?.write(`${callId}\n`);
  await host.printed(new RegExp(`${callId.slice(0, 8)}.*registered`));
  waiting.kill('SIGINT');
  const [exitCode] = await once(waiting, 'exit');
  expect(exitCode).toBe(130);
});

test('an input that never ends does not hold a command that is done', async () => {
  const child = start(['keep']);
  child.stdin?.write('{"state":"established"}\n');
  const [exitCode] = await once(child, 'exit');
  expect(exitCode).toBe(2);
});
