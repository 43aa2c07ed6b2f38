import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import { loadAppRoot } from '../../local/functions-host/load-app-root.ts';
import { buildApp } from '../../scripts/build-app.ts';
import { packageApp } from '../../scripts/package-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'build-'));
const bundle = join(folder, 'main.js');
let metafile: Metafile;

beforeAll(async () => {
  metafile = await buildApp(bundle);
  packageApp(bundle, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the bundle imports nothing but Node and the module that the Functions host provides', () => {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect(imports).toContain('@azure/functions-core');
  expect(imports.filter((path) => !isBuiltin(path) && path !== '@azure/functions-core')).toEqual([]);
});

test('the bundle holds no part of the local host, the command line or the tests', () => {
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('src/main.ts');
  expect(inputs.filter((path) => /^(local|test|scripts|src\/cli)\//.test(path))).toEqual([]);
});

test('the bundle holds one language of zod, not all of them', () => {
  const languages = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([path, { bytesInOutput }]) => /zod\/.*\/locales\//.test(path) && bytesInOutput > 0);
  expect(languages.map(([path]) => path)).toEqual([expect.stringMatching(/\/en\.js$/)]);
});

test('an old Node is told which one is needed', () => {
  const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.14.0' } })";
  const run = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bundle], {
    encoding: 'utf8',
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('graph-call-keepalive needs Node 22.15 or newer, and this is Node 22.14.0.');
});

test('the deployable folder loads as it is and registers the functions of the source', async () => {
  vi.stubEnv('BOT_APP_ID', '11111111-2222-3333-4444-555555555555');
  vi.stubEnv('BOT_TENANT_ID', '66666666-7777-8888-9999-000000000000');
  vi.stubEnv('MANAGED_IDENTITY_CLIENT_ID', 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff');
  vi.stubEnv('AzureWebJobsStorage', 'UseDevelopmentStorage=true');
  const { registry } = await loadAppRoot(join(folder, 'package'));
  const source = await loadFunctionApp(() => import('../../src/main.ts'));
  const names = [...registry.functions.keys()];
  expect(names).toContain('receiveNotifications');
  expect(names).toEqual([...source.functions.keys()]);
});

test('the package holds three files and names no dependency', () => {
  const files = readdirSync(join(folder, 'package'), { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map(({ name }) => name);
  expect(names.toSorted()).toEqual(['host.json', 'main.js', 'package.json']);
  expect(JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'))).toEqual({
    name: 'graph-call-keepalive',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    type: 'module',
    main: 'dist/main.js',
  });
});

test('the zip holds the same files, byte for byte the same in any time zone', () => {
  const zip = readFileSync(join(folder, 'package.zip'));
  const unpacked = unzipSync(zip);
  expect(Object.keys(unpacked).toSorted()).toEqual(['dist/main.js', 'host.json', 'package.json']);
  for (const [name, content] of Object.entries(unpacked)) {
    expect(Buffer.from(content).equals(readFileSync(join(folder, 'package', name))), name).toBe(true);
  }
  const again = join(folder, 'again');
  const script = pathToFileURL(join(import.meta.dirname, '../../scripts/package-app.ts')).href;
  const code = `const { packageApp } = await import('${script}'); packageApp(${JSON.stringify(bundle)}, ${JSON.stringify(again)});`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, TZ: 'Pacific/Auckland' },
  });
  expect(run.status).toBe(0);
  expect(readFileSync(join(again, 'package.zip')).equals(zip)).toBe(true);
});
