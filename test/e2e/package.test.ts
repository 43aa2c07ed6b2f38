import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageApp } from '../../scripts/package-app.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { createHostClient, type HostClient } from './host-client.ts';

// What is deployed: the zip, unpacked into an empty folder with no node_modules beside it.
let folder: string;
let host: SpawnedHost;
let client: HostClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  const { files } = await buildOnce();
  packageApp(join(REPOSITORY, 'dist'), files, folder);
  const app = join(folder, 'app');
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(folder, 'package.zip'))))) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), bytes);
  }
  const args = ['--no-demo', '--app', app, '--speed', '300', '--storage', 'memory'];
  host = await startSpawnedHost(args, hostStorage('package'));
  client = createHostClient(host);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the package holds no node_modules and no source', () => {
  const files = readdirSync(join(folder, 'app'), { recursive: true }).map(String);
  expect(files).toEqual(expect.arrayContaining(['host.json', 'package.json', join('dist', 'main.js')]));
  expect(files.filter((name) => /node_modules|\.ts$|\.map$/.test(name))).toEqual([]);
});

test('the package does the main job: a call is established, kept alive, ended and cleaned up', async () => {
  const { body } = await client.control('POST', 'calls', { callbackUri: `${host.origin}/api/notifications` });
  const { callId } = Object(body);
  await eventually(async () => {
    const call = Object((await client.control('GET', `calls/${callId}`)).body);
    expect(call.keepAlives).toEqual(expect.arrayContaining([expect.objectContaining({ status: 200 })]));
  });
  await client.control('DELETE', `calls/${callId}`);
  await eventually(async () => {
    const call = Object((await client.getCall(callId)).body);
    expect(call).toMatchObject({
      record: { phase: 'ended', endReason: 'terminated', cleanedUpAt: expect.any(String) },
      instance: { runtimeStatus: 'Completed' },
    });
  });
});
