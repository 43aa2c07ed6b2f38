import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of a package that is installed in this folder. */
export function packageVersion(name: string): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** The version of a Debian package, without what Debian appends to it. */
export function debianVersion(name: string): string {
  const status = execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  return /^Version: (?:\d+:)?([\d.]+)/m.exec(status)?.[1] ?? 'unknown';
}
