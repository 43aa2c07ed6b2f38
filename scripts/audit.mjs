// Asks the registry for known vulnerabilities of the production packages.
// Exit code 0: none of severity high or critical; 1: some; 2: the registry gave no answer, so nothing is known.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (...args) =>
  spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

const { npm_execpath: npm } = process.env;
if (npm === undefined) {
  console.error('Run this as npm run audit.');
  process.exit(2);
}

const counted = node(fileURLToPath(new URL('production-packages.mjs', import.meta.url)));
process.stdout.write(counted.stdout);
process.stderr.write(counted.stderr);

const report = parseReport(node(npm, 'audit', '--omit=dev', '--audit-level=high', '--json').stdout);
const vulnerabilities = report?.metadata?.vulnerabilities;
if (vulnerabilities === undefined) {
  console.error('NO AUDIT WAS POSSIBLE, so nothing is known about vulnerabilities: the registry gave no audit report.');
  console.error(`npm says: ${report?.message ?? report?.error?.summary ?? 'nothing'}`);
  console.error('Run this where npm reaches a registry that offers audits.');
  process.exit(2);
}
const { info = 0, low = 0, moderate = 0, high = 0, critical = 0 } = vulnerabilities;
console.log(`Vulnerabilities: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low, ${info} info.`);
for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {})) {
  console.log(`  ${severity}: ${name} ${range}`);
}
process.exit(counted.status !== 0 || high + critical > 0 ? 1 : 0);

function parseReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
