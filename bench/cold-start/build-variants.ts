import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildApp } from '../../scripts/build-app.ts';
import { bundleOptions } from '../../scripts/bundle-options.ts';

const repository = resolve(import.meta.dirname, '../..');
const benchFolder = join(repository, '.local/bench');
const bundleFolder = join(benchFolder, 'bundle');

/** Files that can be started. The app of the worker is in `APP_MAIN`. */
export interface Variants {
  /** Plain JavaScript, so that no start pays for TypeScript. */
  readonly worker: string;
  /** The app's own code in one file, its packages in node_modules. */
  readonly unbundled: string;
  /** What is shipped. */
  readonly bundle: string;
}

/** Builds what is compared, in a folder below the repository, where node_modules is found. */
export async function buildVariants(): Promise<Variants> {
  const built = await buildWorker(join(import.meta.dirname, 'worker.ts'), 'cold-start');
  const unbundled = join(dirname(built.worker), 'unbundled.mjs');
  await build({
    ...bundleOptions,
    entryPoints: [join(repository, 'src/main.ts')],
    outfile: unbundled,
    packages: 'external',
  });
  return { ...built, unbundled };
}

let bundled: Promise<unknown> | undefined;

/** The same without `unbundled`, for a worker that does something else. All share one bundle. */
export async function buildWorker(entryPoint: string, name: string): Promise<Omit<Variants, 'unbundled'>> {
  const folder = join(benchFolder, name);
  mkdirSync(folder, { recursive: true });
  const worker = join(folder, 'worker.mjs');
  await build({ ...bundleOptions, entryPoints: [entryPoint], outfile: worker });
  // The worker looks for it beside itself.
  const coreModule = 'functions-core-module.cjs';
  copyFileSync(join(repository, 'local/functions-host', coreModule), join(folder, coreModule));
  bundled ??= buildApp(bundleFolder);
  await bundled;
  return { worker, bundle: join(bundleFolder, 'main.js') };
}
