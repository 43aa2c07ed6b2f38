import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/production-packages.mjs');

const run = (path: string) => spawnSync(process.execPath, [path], { encoding: 'utf8' });

test('no production package runs a script on installation', () => {
  const { status, stdout, stderr } = run(script);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^[1-9]\d* production packages\n$/);
  expect(status).toBe(0);
});

test('one that does is named, and development packages do not count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  try {
    mkdirSync(join(folder, 'scripts'));
    copyFileSync(script, join(folder, 'scripts/production-packages.mjs'));
    const packages = {
      '': {},
      'node_modules/calm': {},
      'node_modules/eager': { hasInstallScript: true },
      'node_modules/tool': { dev: true, hasInstallScript: true },
      'node_modules/node-of-some-platform': { optional: true },
    };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    const { status, stdout, stderr } = run(join(folder, 'scripts/production-packages.mjs'));
    expect(stdout).toBe('2 production packages\n');
    expect(stderr).toMatch(/: node_modules\/eager\n$/);
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
