import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const samples = join(import.meta.dirname, 'samples');

/** `<file>:<line> <rule>` for each `// expect: <rule>` in the samples. */
function expectedFindings(): string[] {
  return globSync('**/*.ts', { cwd: samples }).flatMap((file) =>
    readFileSync(join(samples, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => [...line.matchAll(/expect: (\S+)/g)].map(([, rule]) => `${file}:${index + 1} ${rule}`)),
  );
}

/** The errors Biome reports for the samples when they stand where the project's own files stand. */
function reportedFindings(): string[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'boundaries-')));
  try {
    cpSync(samples, folder, { recursive: true });
    for (const name of ['biome.json', 'biome', 'package.json']) {
      cpSync(join(repository, name), join(folder, name), { recursive: true });
    }
    const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome');
    const options = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
    const run = spawnSync(process.execPath, [biome, ...options], { cwd: folder, encoding: 'utf8' });
    const errors = run.stdout.matchAll(/^::error title=([^,]+),file=([^,]+),line=(\d+)/gm);
    return [...errors].map(([, rule, file = '', line]) => `${relative(folder, file)}:${line} ${rule}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('every forbidden line of the samples is a lint error, and no other line is', () => {
  const expected = expectedFindings();
  expect(expected.length).toBeGreaterThan(60);
  expect(reportedFindings().toSorted()).toEqual(expected.toSorted());
});
