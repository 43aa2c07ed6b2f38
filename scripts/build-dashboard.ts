import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const folder = resolve(import.meta.dirname, '../src/dashboard');

/**
 * Builds the page: one ES module, one style sheet, and what is served as it is.
 *
 * Shape: → the parts by name, as texts.  Errors: esbuild's own.  Effects: reads src/dashboard.
 */
export async function buildDashboard(): Promise<Readonly<Record<string, string>>> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'dashboard.ts'), join(folder, 'style.css')],
    outdir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    // Browsers of the last two years: light-dark() and <search> came then.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const built = outputFiles.map(({ path, text }) => [path.slice(folder.length + 1), text] as const);
  const asTheyAre = ['index.html', 'icon.svg'].map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  return Object.fromEntries([...asTheyAre, ...built]);
}
