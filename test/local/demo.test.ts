import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const demo = (...args: readonly string[]) =>
  execFileSync(process.execPath, ['local/demo.ts', ...args], { cwd: REPOSITORY, encoding: 'utf8' });

test('the demo prints a line an hour, shows a failure and its recovery, and ends with 96 keepAlives', () => {
  const lines = demo().trim().split('\n');
  expect(
    lines.slice(0, 24).every((line, index) => line.startsWith(`hour ${String(index + 1).padStart(2)}: 4 keepAlives`)),
  ).toBe(true);
  expect(lines[5]).toContain('refused 3 times (503, 503, 503), then recovered');
  expect(lines.slice(24, 28)).toEqual([
    '',
    'keepAlives: 96',
    expect.stringMatching(/^longest gap: 1[5-9]/),
    'call: terminated',
  ]);
  expect(lines).toHaveLength(29);
});

test('--help tells what it shows', () => {
  expect(demo('--help')).toContain('A line an hour.');
});
