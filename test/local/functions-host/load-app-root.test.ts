import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadAppRoot } from '../../../local/functions-host/load-app-root.ts';

const app = `
import { app } from '@azure/functions';
app.http('hello', { methods: ['GET'], handler: () => ({ body: 'hello from the build' }) });
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'app-root-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function appRoot(name: string, files: Record<string, string>): Promise<string> {
  const root = join(folder, name);
  await mkdir(join(root, 'dist'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  return root;
}

const hostJson = '{"version":"2.0"}';
const modulePackage = '{"type":"module","main":"dist/main.js"}';

async function say(root: string): Promise<string> {
  const { registry } = await loadAppRoot(root);
  const answer = await createInvoke({ registry })('hello', { http: { method: 'GET', url: 'http://h/api/hello' } });
  return new TextDecoder().decode(Reflect.get(Object(answer), 'body').bytes);
}

test('an app that finds its packages in node_modules is loaded unmodified', async () => {
  const root = await appRoot('modules', { 'host.json': hostJson, 'package.json': modulePackage, 'dist/main.js': app });
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  expect(await say(root)).toBe('hello from the build');
});

test.each(['esm', 'cjs'] as const)(
  'a bundle in %s that keeps only the core module external is loaded',
  async (format) => {
    const root = await appRoot(`bundle-${format}`, {
      'host.json': hostJson,
      'package.json': JSON.stringify({ type: format === 'esm' ? 'module' : 'commonjs', main: 'dist/main.js' }),
    });
    const banner = `import{createRequire as c}from'node:module';const require=c(import.meta.url);`;
    await build({
      stdin: { contents: app, resolveDir: resolve('.') },
      outfile: join(root, 'dist/main.js'),
      bundle: true,
      platform: 'node',
      format,
      external: ['@azure/functions-core'],
      ...(format === 'esm' ? { banner: { js: banner } } : {}),
    });
    expect(await say(root)).toBe('hello from the build');

    // The same in a process of its own, where nothing but Node resolves modules.
    const script = `
    import { loadAppRoot } from './local/functions-host/load-app-root.ts';
    const { registry } = await loadAppRoot(${JSON.stringify(root)});
    console.log([...registry.functions.keys()].join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout.trim()).toBe('hello');
  },
);

test('an app that was not built is refused with how to build it', async () => {
  const root = await appRoot('unbuilt', { 'host.json': hostJson, 'package.json': modulePackage });
  await expect(loadAppRoot(root)).rejects.toThrow('Run "npm run build" first');
});

test('a package.json without main is refused with an example', async () => {
  const root = await appRoot('no-main', { 'host.json': hostJson, 'package.json': '{}' });
  await expect(loadAppRoot(root)).rejects.toThrow('name the built app as "main"');
});

test('what the app throws while it loads reaches the caller', async () => {
  const root = await appRoot('broken', {
    'host.json': hostJson,
    'package.json': modulePackage,
    'dist/main.js': 'throw new Error("BOT_APP_ID is missing")',
  });
  await expect(loadAppRoot(root)).rejects.toThrow('BOT_APP_ID is missing');
});
