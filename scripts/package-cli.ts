import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { buildCli } from './build-cli.ts';

const repository = resolve(import.meta.dirname, '..');

/**
 * Makes the command line into an npm package of its own, which needs no other: `dist/call-keepalive-cli.tgz`.
 *
 * Effects: writes the file and the folder it is packed from.  Errors: npm's own; Error for a package without a licence text.
 */
const folder = join(repository, 'dist/call-keepalive-cli');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const metafile = await buildCli(join(folder, 'cli.js'));
writeFileSync(join(folder, 'package.json'), ownPackageJson());
writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licencesOf(metafile));
copyFileSync(join(repository, 'LICENSE'), join(folder, 'LICENSE'));
copyFileSync(join(repository, 'docs/cli.md'), join(folder, 'README.md'));
const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', '..'], { cwd: folder, encoding: 'utf8' });
const target = join(repository, 'dist/call-keepalive-cli.tgz');
renameSync(join(repository, 'dist', packed.trim()), target);
console.log(`dist/call-keepalive-cli.tgz (${Math.round(statSync(target).size / 1024)} KiB)`);

function ownPackageJson(): string {
  const { version, license, engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const description = 'Operates an app that keeps the calls of a Microsoft Teams bot alive.';
  const bin = { 'call-keepalive': 'cli.js' };
  return `${JSON.stringify({ name: 'call-keepalive-cli', version, description, license, type: 'module', bin, engines }, null, 2)}\n`;
}

/** The licence of each package of which a line is in the bundle. */
function licencesOf({ inputs }: Metafile): string {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const texts = [...packages].toSorted().map((name) => {
    const [file] = globSync(join(repository, 'node_modules', name, '{LICENSE,LICENCE,license}*'));
    if (file === undefined) throw new Error(`${name} is in the command line's bundle and has no licence file.`);
    return `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
