import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';

const repository = resolve(import.meta.dirname, '..');

/**
 * Bundles the command line into one file that runs wherever Node 22.15 does, without an installation.
 *
 * Shape: output file → esbuild's metafile.  Errors: esbuild's own.  Effects: writes the file, and makes it executable.
 */
export async function buildCli(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [resolve(repository, 'src/cli/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.15',
    banner: { js: '#!/usr/bin/env node' },
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  return metafile;
}
