import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import { loadAppRoot } from '../../local/functions-host/load-app-root.ts';
import { packageApp } from '../../scripts/package-app.ts';
import { packageSizeProblem } from '../../scripts/package-size.ts';
import { buildOnce } from '../support/build-once.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { REPOSITORY } from '../support/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'build-'));
const built = join(REPOSITORY, 'dist');
const bundle = join(built, 'main.js');
let files: readonly string[];
let metafile: Metafile;

beforeAll(async () => {
  ({ files, metafile } = await buildOnce());
  packageApp(built, files, folder);
}, START_TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true }));

test('the bundle imports nothing but Node and the module that the Functions host provides', () => {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  const others = imports.filter((path) => !isBuiltin(path) && metafile.outputs[path] === undefined);
  expect(new Set(others)).toEqual(new Set(['@azure/functions-core']));
});

test('what every start loads is free of the packages for table, identity, tokens and webhooks', () => {
  const loaded = packagesOf(loadedWith('main.js'));
  expect([...loaded]).toEqual(expect.arrayContaining(['own', '@azure/functions', 'durable-functions', 'zod']));
  const later = ['@azure/data-tables', '@azure/identity', 'jose', 'standardwebhooks'];
  expect(later.filter((name) => loaded.has(name))).toEqual([]);
  const everywhere = packagesOf(Object.keys(metafile.outputs));
  expect(later.filter((name) => !everywhere.has(name))).toEqual([]);
});

/** The file and what it imports statically, directly or not. */
function loadedWith(name: string): readonly string[] {
  const loaded = new Set(Object.keys(metafile.outputs).filter((path) => path.endsWith(`/${name}`)));
  for (const path of loaded) {
    for (const { path: imported, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && metafile.outputs[imported] !== undefined) loaded.add(imported);
    }
  }
  return [...loaded];
}

function packagesOf(paths: readonly string[]): ReadonlySet<string> {
  const inputs = paths.flatMap((path) => Object.entries(metafile.outputs[path]?.inputs ?? {}));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return new Set(used.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'own'));
}

test('a stack trace names the functions of the source', () => {
  const code = `
    const get = (target, name) => {
      if (name === 'BOT_APP_ID') throw new Error('here');
      return target[name];
    };
    process.env = new Proxy(process.env, { get });
    await import(${JSON.stringify(pathToFileURL(bundle).href)});`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
  expect(stderr).toMatch(/Error: here\n(.*\n)* +at readBot \(.*main\.js:\d+:\d+\)\n +at parseSettings \(/);
});

test('a package that has grown is refused, with what to do', () => {
  expect(packageSizeProblem(statSync(join(folder, 'package.zip')).size)).toBeUndefined();
  expect(packageSizeProblem(600 * 1024)).toContain('record the new size in scripts/package-size.ts');
});

test('the bundle holds no part of the local host, the command line or the tests', () => {
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('src/main.ts');
  expect(inputs.filter((path) => /^(local|test|scripts|src\/cli)\//.test(path))).toEqual([]);
});

test('the bundle holds none of the languages of zod: every problem is told in the words of the app', () => {
  const languages = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([path, { bytesInOutput }]) => /zod\/.*\/locales\//.test(path) && bytesInOutput > 0);
  expect(languages).toEqual([]);
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

test('the package holds the bundle, host.json and package.json, and names no dependency', () => {
  const packaged = readdirSync(join(folder, 'package'), { recursive: true, withFileTypes: true });
  const names = packaged
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)));
  const expected = ['host.json', 'package.json', ...files.map((file) => join('dist', file))];
  expect(names.toSorted()).toEqual(expected.map((name) => join('package', name)).toSorted());
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
  expect(Object.keys(unpacked)).toHaveLength(files.length + 2);
  for (const [name, content] of Object.entries(unpacked)) {
    expect(Buffer.from(content).equals(readFileSync(join(folder, 'package', name))), name).toBe(true);
  }
  const again = join(folder, 'again');
  const script = pathToFileURL(join(import.meta.dirname, '../../scripts/package-app.ts')).href;
  const code = `const { packageApp } = await import('${script}'); packageApp(${JSON.stringify(built)}, ${JSON.stringify(files)}, ${JSON.stringify(again)});`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, TZ: 'Pacific/Auckland' },
  });
  expect(run.status).toBe(0);
  expect(readFileSync(join(again, 'package.zip')).equals(zip)).toBe(true);
});
