import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../scripts/bundle-options.ts';

const repository = resolve(import.meta.dirname, '..');

/**
 * Loads a module of the benches with all that it imports as the shipped bundle has it: with the parts of packages that the
 * bundle replaces (scripts/slim-packages.ts).
 *
 * Effects: writes one file below the repository's `.local`, where node_modules is found.
 */
export async function importBundled(path: string): Promise<unknown> {
  const folder = join(repository, '.local/bench');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${basename(path, '.ts')}.mjs`);
  await build({ ...bundleOptions, absWorkingDir: repository, entryPoints: [path], outfile });
  return import(pathToFileURL(outfile).href);
}
