import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the audit with an npm that prints this and ends with 1, as npm itself does in all of these cases. */
function audit(printed: string) {
  const npm = join(folder, 'npm.mjs');
  const check = `if (process.argv.slice(2).join(' ') !== 'audit --omit=dev --audit-level=high --json') process.exit(9);`;
  writeFileSync(npm, `${check} process.stdout.write(${JSON.stringify(printed)}); process.exitCode = 1;`);
  const env = { ...process.env, npm_execpath: npm };
  return spawnSync(process.execPath, [resolve(REPOSITORY, 'scripts/audit.mjs')], { env, encoding: 'utf8' });
}

const report = (counts: object, vulnerabilities: object = {}) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts } });

test('an audit that finds nothing grave passes, and counts what it found and the packages', () => {
  const { status, stdout } = audit(report({ moderate: 2, high: 0, critical: 0 }));
  expect(stdout).toMatch(/^[1-9]\d* production packages\nVulnerabilities: 0 critical, 0 high, 2 moderate, 0 low/);
  expect(status).toBe(0);
});

test.each(['high', 'critical'])('one that finds a %s vulnerability fails and names the package', (severity) => {
  const { status, stdout } = audit(report({ [severity]: 1 }, { odd: { name: 'odd', severity, range: '<2' } }));
  expect(stdout).toContain(`${severity}: odd <2`);
  expect(status).toBe(1);
});

test.each([
  ['refuses', '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":"","detail":""}}', '405 Method'],
  ['fails', '{"error":{"code":"ENOAUDIT","summary":"endpoint returned an error"}}', 'endpoint returned'],
  ['says nothing', '', 'nothing'],
  ['answers without a report', '{"vulnerabilities":{}}', 'nothing'],
])('one that the registry %s is no pass: it says so and ends with 2', (_what, printed, said) => {
  const { status, stdout, stderr } = audit(printed);
  expect(stderr).toMatch(/^NO AUDIT WAS POSSIBLE/);
  expect(stderr).toContain(`npm says: ${said}`);
  expect(stdout).not.toContain('Vulnerabilities');
  expect(status).toBe(2);
});
