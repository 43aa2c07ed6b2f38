import { readFileSync } from 'node:fs';
import { hubChanges } from './hub-changes.ts';
import { parseWhatIf } from './parse-what-if.ts';

// az deployment sub what-if … --no-pretty-print | npm run --silent check:what-if
const whatIf = parseWhatIf(readFileSync(0, 'utf8'));
if (whatIf === undefined) {
  console.error('stdin holds no answer of "az deployment sub what-if --no-pretty-print": nothing was checked.');
  process.exitCode = 2;
} else {
  const found = hubChanges(whatIf);
  for (const change of found) console.error(change);
  console.log(
    found.length === 0 ? 'No task hub would change.' : 'DO NOT DEPLOY THIS while calls run: see docs/scale.md.',
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
