import { beat } from './beat/beat.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { notification } from './notification/notification.ts';
import { allMet, type BenchResult, describeMachine, toJson, toTable } from './report.ts';
import { simulation } from './simulation.ts';
import { storage } from './storage/storage.ts';

/** `npm run bench [-- name …]`: runs the benches of these names, or all; exit code 1 where an aim is missed. */
const BENCHES = [coldStart, notification, beat, simulation, storage];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${BENCHES.map(({ name }) => name).join(', ')}.`);
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
process.exitCode = allMet(results) ? 0 : 1;
