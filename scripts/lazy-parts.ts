import { basename, extname, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** Where the parts lie, from the folder of `main.js`. */
const FOLDER = 'parts';

export interface LazyParts {
  readonly plugin: Plugin;
  /** Of the parts that were built. */
  readonly metafiles: readonly Metafile[];
}

/**
 * Makes every dynamic import a file of its own that holds all it needs, packages included: a start that loads two files
 * waits for two. esbuild's own splitting shares what several files use, so that each further import waits for four or
 * five (see bench/RESULTS.md). What two parts share is in the package twice, and in memory only if both are loaded.
 *
 * Only for modules without state that others are to see, such as packages.
 *
 * Shape: how each part is built → the plugin for the build that imports them.  Effects: writes `parts/<name>-<hash>.js`,
 * named after their content.
 */
export function createLazyParts(options: BuildOptions & { readonly outdir: string }): LazyParts {
  const built = new Map<string, Promise<string>>();
  const metafiles: Metafile[] = [];

  async function buildPart(path: string): Promise<string> {
    const { metafile } = await build({
      ...options,
      entryPoints: [{ in: path, out: `${FOLDER}/${nameOf(path)}` }],
      entryNames: '[dir]/[name]-[hash]',
      plugins: [...(options.plugins ?? []), pluginFor(FOLDER)],
      metafile: true,
    });
    metafiles.push(metafile);
    const [output] = Object.keys(metafile.outputs);
    return basename(output ?? '');
  }

  const pluginFor = (importing: string): Plugin => ({
    name: 'lazy-parts',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === IS_PART) return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: IS_PART });
        if (found.errors.length > 0 || found.external) return found;
        const part = built.get(found.path) ?? buildPart(found.path);
        built.set(found.path, part);
        return { path: `./${relative(importing, FOLDER)}/${await part}`.replaceAll('//', '/'), external: true };
      });
    },
  });

  return { plugin: pluginFor('.'), metafiles };
}

const IS_PART = Symbol('is a part');

/** `@azure/identity/dist/esm/index.js` → `identity`; `src/adapters/lazy/table-client.ts` → `table-client`. */
function nameOf(path: string): string {
  const inPackage = /.*\/node_modules\/(?:@[^/]+\/)?([^/]+)/.exec(path.replaceAll('\\', '/'))?.[1];
  return inPackage ?? basename(path, extname(path));
}
