import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from './package-version.ts';

/**
 * Installs the peers' packages in this folder, when they are not there yet. Throws what npm printed.
 *
 * Effects: `npm install` in this folder, without install scripts: none of these packages needs one.
 */
export function installPackages(): void {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
  if (Object.entries(dependencies).every(([name, version]) => isInstalled(name, version))) return;
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--package-lock=false', '--ignore-scripts'], {
    cwd: import.meta.dirname,
    stdio: 'pipe',
  });
}

function isInstalled(name: string, version: unknown): boolean {
  try {
    return packageVersion(name) === version;
  } catch {
    return false;
  }
}

/** Installs a Debian package, when it is not there and this is root. Throws when it is still missing. */
export function installDebian(name: string): void {
  const probe =
    { 'redis-server': '/usr/bin/redis-server', postgresql: '/usr/lib/postgresql' }[name] ?? `/usr/bin/${name}`;
  if (existsSync(probe)) return;
  if (process.getuid?.() !== 0) throw new Error(`Debian's ${name} is not installed, and only root can install it.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-q'], { stdio: 'pipe', env });
  execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { stdio: 'pipe', env });
}
