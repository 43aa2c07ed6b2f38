import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildDashboard } from './build-dashboard.ts';

const repository = resolve(import.meta.dirname, '..');

/**
 * First in the bundle: CommonJS packages inside it ask for Node's modules with `require`, which an ES module lacks. The
 * Functions host shows a thrown error as the reason why the app did not load.
 */
const banner = `import { createRequire as createRequireForBundle } from 'node:module';
const require = createRequireForBundle(import.meta.url);
{
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 15)) {
    throw new Error('graph-call-keepalive needs Node 22.15 or newer, and this is Node ' + process.versions.node + '. Set the Node version of the Function App to 22 or 24.');
  }
}`;

/**
 * Bundles src/main.ts with all its packages into one ES module, the file that is deployed.
 *
 * Names and line ends are kept: a stack trace in a log then reads like the source.
 *
 * Shape: output file → esbuild's metafile.  Errors: an Error without src/main.ts, esbuild's own.  Effects: writes the file.
 */
export async function buildApp(outfile: string): Promise<Metafile> {
  const entryPoint = resolve(repository, 'src/main.ts');
  if (!existsSync(entryPoint)) throw new Error(`There is nothing to build: ${entryPoint} does not exist.`);
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.15',
    // Made by the Functions host's Node worker; it is no package.
    external: ['@azure/functions-core'],
    // The page lies in the bundle: nothing is read from disk when it runs.
    define: { DASHBOARD_ASSETS: JSON.stringify(await buildDashboard()) },
    banner: { js: banner },
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}
