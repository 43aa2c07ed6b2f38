import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installFunctionsCore } from '../../local/functions-host/functions-core.ts';
import { bundleOptions } from '../../scripts/bundle-options.ts';
import type * as Replay from './replay-bundled.ts';

const golden = new URL('../golden/1.0/', import.meta.url);
// Where node_modules is found.
const folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.golden-'));
let replayBundled: typeof Replay.replayBundled;

beforeAll(async () => {
  installFunctionsCore();
  const outfile = join(folder, 'replay.mjs');
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: [join(import.meta.dirname, 'replay-bundled.ts')],
    outfile,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs).join();
  expect(inputs).toContain('src/adapters/durable-time.ts');
  expect(inputs).toContain('src/adapters/durable-timestamps.ts');
  ({ replayBundled } = await import(/* @vite-ignore */ pathToFileURL(outfile).href));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(readdirSync(golden))('an instance goes on under the bundled package: %s', async (file) => {
  expect(await replayBundled(JSON.parse(readFileSync(new URL(file, golden), 'utf8')))).toEqual([]);
});
