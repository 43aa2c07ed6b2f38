import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ignoreFile = join(import.meta.dirname, '../../.funcignore');

test('an upload takes the bundle, host.json and package.json, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'funcignore-'));
  const needed = ['dist/main.js', 'dist/parts/esm-ABCDEFGH.js', 'host.json', 'package.json'];
  const others = [
    '.env',
    'dist/package.zip',
    'dist/package/host.json',
    'dist/package/dist/main.js',
    'local.settings.json',
    'node_modules/zod/package.json',
    'package-lock.json',
    'src/main.ts',
    'test/fixtures/host.json',
  ];
  try {
    for (const path of [...needed, ...others]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    spawnSync('git', ['init', '--quiet'], { cwd: folder });
    const listed = spawnSync('git', ['ls-files', '--others', `--exclude-from=${ignoreFile}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(listed.stdout.trim().split('\n').toSorted()).toEqual(needed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
