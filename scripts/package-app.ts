import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { type PackagedBackend, packagedHostJson } from './packaged-host-json.ts';

const repository = resolve(import.meta.dirname, '..');

/** Zip keeps local time without a zone, from 1980 on: the same fields in every zone make the same bytes. */
const mtime = new Date(1980, 0, 1);

/**
 * Makes what is deployed out of the bundle: a folder and the same as a zip, byte for byte the same from the same bundle.
 *
 * Shape: the bundle's folder and files, target folder → `<target>/package/` and `<target>/package.zip`.  Effects:
 * replaces both.
 */
export function packageApp(
  built: string,
  bundle: readonly string[],
  target: string,
  backend: PackagedBackend = { backend: 'storage', hubAccount: 'shared', partitionCount: 2 },
): void {
  const files: Readonly<Record<string, Uint8Array>> = {
    ...Object.fromEntries(bundle.map((file) => [posix.join('dist', toPosix(file)), readFileSync(join(built, file))])),
    'host.json': strToU8(packagedHostJson(readFileSync(join(repository, 'host.json'), 'utf8'), backend)),
    'package.json': strToU8(deployedPackageJson()),
  };
  const folder = join(target, 'package');
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  writeFileSync(join(target, 'package.zip'), zipSync(files, { mtime, level: 9 }));
}

function toPosix(path: string): string {
  return path.split(sep).join('/');
}

/** Only what the Functions host reads: dependencies are in the bundle, and listing them would invite a remote build. */
function deployedPackageJson(): string {
  const { name, version, type, main } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, version, type, main }, null, 2)}\n`;
}
