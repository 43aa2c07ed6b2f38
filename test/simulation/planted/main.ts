import { availableParallelism } from 'node:os';
import { type Finding, findPlantedBug } from './find-planted-bug.ts';
import type { PlantedBug } from './planted-bug.ts';
import { HARMLESS_BY_ITSELF, PLANTED_BUGS } from './planted-bugs.ts';

/** `npm run simulate:planted [-- text]`: does the simulation notice the mistakes it is there for? Ends with 1 when not. */
const NAME_WIDTH = 76;
const [wanted = ''] = process.argv.slice(2);
const bugs = PLANTED_BUGS.filter(({ name }) => name.includes(wanted));
if (bugs.length === 0) {
  console.error(`No planted bug's name holds "${wanted}". npm run simulate:planted [-- part of a name]`);
  process.exit(2);
}
const queue = [...bugs];
let missed = 0;

console.log(`${'planted bug'.padEnd(NAME_WIDTH)} found by (invariant)\n`);
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
      const finding = await findPlantedBug(bug);
      if (finding.kind !== 'found') missed++;
      console.log(`${bug.name.padEnd(NAME_WIDTH)} ${toText(finding, bug)}`);
    }
  }),
);
const control = wanted === '' ? await findPlantedBug(HARMLESS_BY_ITSELF) : { kind: 'notFound' as const };
if (control.kind !== 'notFound') console.log(`without any of them: ${toText(control, HARMLESS_BY_ITSELF)}`);
console.log(`\n${bugs.length - missed} of ${bugs.length} planted bugs found`);
process.exitCode = missed === 0 && control.kind === 'notFound' ? 0 : 1;

function toText(finding: Finding, { by, budget }: PlantedBug): string {
  switch (finding.kind) {
    case 'found':
      return `seed ${String(finding.seeds).padStart(3)}  (${finding.invariant}) ${finding.what}`;
    case 'notFound':
      return `NOT FOUND by (${by}) in ${budget} seeds`;
    case 'broken':
      return `DOES NOT RUN: ${finding.output.trim().split('\n').slice(0, 12).join('\n  ')}`;
  }
}
