import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beat } from './beat/beat.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { notification } from './notification/notification.ts';
import { allMet, type BenchResult, describeMachine, toJson, toTable } from './report.ts';
import { simulation } from './simulation.ts';
import { storage } from './storage/storage.ts';

/**
 * `npm run bench [-- name …]`: runs the benches of these names, or all; exit code 1 where an aim is missed. `peers` is a
 * program of its own, with packages of its own, which it installs: it runs last, and alone when asked for.
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
const peersExitCode = asked.length === 0 ? runPeers([]) : 0;
process.exitCode = allMet(results) && peersExitCode === 0 ? 0 : 1;

function runPeers(args: readonly string[]): number {
  const peers = resolve(import.meta.dirname, 'peers/run.ts');
  return spawnSync(process.execPath, [peers, ...args], { stdio: 'inherit' }).status ?? 1;
}
