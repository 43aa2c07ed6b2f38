import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

test('the packed command line runs in an empty folder, with the licences of what is in it', () => {
  execFileSync(process.execPath, ['scripts/package-cli.ts'], { cwd: REPOSITORY, stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'packed-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tarball = join(REPOSITORY, 'dist/call-keepalive-cli.tgz');
  const npx = ['--yes', '--offline', '--package', tarball, 'call-keepalive', '--version'];
  const version = execFileSync('npx', npx, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false' },
  });
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'dist/call-keepalive-cli/package.json'), 'utf8'));
  expect(version.trim()).toBe(manifest.version);
  expect(manifest).not.toHaveProperty('dependencies');
  const packed = readdirSync(join(REPOSITORY, 'dist/call-keepalive-cli')).toSorted();
  expect(packed).toEqual(['LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt', 'cli.js', 'package.json']);
  expect(readFileSync(join(REPOSITORY, 'dist/call-keepalive-cli/THIRD-PARTY-LICENSES.txt'), 'utf8')).toContain(
    'commander',
  );
});
