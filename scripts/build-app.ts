import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildDashboard } from './build-dashboard.ts';
import { bundleOptions } from './bundle-options.ts';

const repository = resolve(import.meta.dirname, '..');

/** First in `main.js`. The Functions host shows a thrown error as the reason why the app did not load. */
const nodeVersionBanner = `{
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 15)) {
    throw new Error('graph-call-keepalive needs Node 22.15 or newer, and this is Node ' + process.versions.node + '. Set the Node version of the Function App to 22 or 24.');
  }
}`;

export interface BuiltApp {
  /** The files that belong together, from the folder: `main.js`, and the parts that it loads when it needs them. */
  readonly files: readonly string[];
  readonly metafile: Metafile;
}

/**
 * Bundles src/main.ts with all its packages into ES modules, the files that are deployed: `main.js` holds what every
 * start needs, `parts/` what is imported later (table, identity and token packages), named after their content.
 *
 * Errors: an Error without src/main.ts; esbuild's own.  Effects: writes the files; what else is in the folder stays.
 */
export async function buildApp(folder: string): Promise<BuiltApp> {
  const entryPoint = resolve(repository, 'src/main.ts');
  if (!existsSync(entryPoint)) throw new Error(`There is nothing to build: ${entryPoint} does not exist.`);
  const { metafile } = await build({
    ...bundleOptions,
    absWorkingDir: repository,
    entryPoints: [entryPoint],
    outdir: folder,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    // The page lies in the bundle: nothing is read from disk when it runs. As a text it stays in the part that is asked
    // for it; an object would go to the one that every start reads.
    define: { DASHBOARD_ASSETS: JSON.stringify(JSON.stringify(await buildDashboard())) },
    banner: { js: `${bundleOptions.banner.js}\n${nodeVersionBanner}` },
    metafile: true,
  });
  const files = Object.keys(metafile.outputs).map((path) => relative(folder, resolve(repository, path)));
  return { files, metafile };
}
