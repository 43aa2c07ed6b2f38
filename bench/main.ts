import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beat } from './beat/beat.ts';
import type { Measurement } from './bench.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { notification } from './notification/notification.ts';
import { type Aimed, allMet, type BenchResult, describeMachine, toAimsTable, toJson, toTable } from './report.ts';
import { simulation } from './simulation/simulation.ts';
import { storage } from './storage/storage.ts';

/**
 * `npm run bench [-- name …]`: runs the benches of these names, or all, and ends with the table of all aims; exit code 1
 * where one is missed. `peers` is a program of its own, with packages of its own, which it installs: it runs last, and
 * alone when asked for.
 */
const BENCHES = [coldStart, notification, beat, simulation, storage];

const asked = process.argv.slice(2);
if (asked[0] === 'peers') process.exit(runPeers(asked.slice(1)));
const unknown = asked.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no bench ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}, peers.`,
  );
  process.exit(2);
}
console.log(`${describeMachine()}\n`);
const results: BenchResult[] = [];
for (const bench of BENCHES) {
  if (asked.length > 0 && !asked.includes(bench.name)) continue;
  const result = { bench, measurements: await bench.run('full') };
  console.log(`${toTable(result)}\n`);
  results.push(result);
}
console.log(toJson(results));
const aimed: Aimed[] = results.map(({ bench, measurements }) => ({ name: bench.name, measurements }));
if (asked.length === 0) aimed.push({ name: 'peers', measurements: peersAims() });
console.log(`\n${toAimsTable(aimed)}\n\nWhy an aim is missed, as far as profiles tell: bench/RESULTS.md.`);
process.exitCode = allMet(aimed) ? 0 : 1;

/** Runs the peers and tells how the local host stands; nothing when they did not run to their end. */
function peersAims(): readonly Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'peers.json');
    runPeers(['--json', file]);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).aims : [];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runPeers(args: readonly string[]): number {
  const peers = resolve(import.meta.dirname, 'peers/run.ts');
  return spawnSync(process.execPath, [peers, ...args], { stdio: 'inherit' }).status ?? 1;
}
