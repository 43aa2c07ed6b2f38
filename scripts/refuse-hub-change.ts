import { readFileSync } from 'node:fs';
import { hubChanges } from './hub-changes.ts';

// az deployment sub what-if … --no-pretty-print | npm run --silent check:what-if
const found = hubChanges(JSON.parse(readFileSync(0, 'utf8')));
for (const change of found) console.error(change);
console.log(
  found.length === 0 ? 'No task hub would change.' : 'DO NOT DEPLOY THIS while calls run: see docs/scale.md.',
);
process.exitCode = found.length === 0 ? 0 : 1;
