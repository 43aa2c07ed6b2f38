// Changes the decisions that a call hangs on, one condition, bound, sum or call at a time, and looks whether a unit test
// notices. Writes a report for each folder of `src/core` into `results`. Exit code 0: at least 95 % of each are noticed,
// and `harmless-changes.ts` says of the others why they cost no call; 1 otherwise.
// Usage: npm run mutants [-- keepalive | call-record | reconcile | tokens]

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { HARMLESS_CHANGES } from './harmless-changes.ts';
import { type MutationReport, toMutantsReport } from './mutants-report.ts';

const AIM = 0.95;
/** What is changed, by the folder of its unit tests. */
const MUTATED: Readonly<Record<string, string>> = {
  keepalive: '{keepalive-machine,keepalive-state,next-attempt,parse-keepalive}.ts',
  'call-record': '{call-record,heartbeat}.ts',
  reconcile: '*.ts',
  tokens: '*.ts',
};

const here = import.meta.dirname;
const repository = resolve(here, '../..');
const sandboxes = join(repository, '.stryker');
const installed = join(here, 'stryker');
const stryker = join(installed, 'node_modules/@stryker-mutator/core/bin/stryker.js');

/** Runs the tests of the folder on each change of its files. Effects: writes below `.stryker`, which no other run of tests looks into. */
function mutate(folder: string): MutationReport {
  const output = join(sandboxes, folder);
  const configuration = {
    ...JSON.parse(readFileSync(join(here, 'stryker.json'), 'utf8')),
    mutate: [`src/core/${folder}/${MUTATED[folder]}`],
    jsonReporter: { fileName: `${output}.json` },
    tempDirName: relative(repository, `${output}.sandbox`),
  };
  writeFileSync(`${output}.config.json`, JSON.stringify(configuration));
  execFileSync(process.execPath, [stryker, 'run', relative(repository, `${output}.config.json`)], {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, MUTANTS_FOLDER: folder },
  });
  return JSON.parse(readFileSync(`${output}.json`, 'utf8'));
}

if (!existsSync(stryker)) {
  execFileSync('npm', ['ci', '--no-audit', '--ignore-scripts'], { cwd: installed, stdio: 'inherit' });
}
mkdirSync(sandboxes, { recursive: true });
mkdirSync(join(here, 'results'), { recursive: true });
const [only] = process.argv.slice(2);
if (only !== undefined && !Object.hasOwn(MUTATED, only)) {
  console.error(`npm run mutants [-- ${Object.keys(MUTATED).join(' | ')}]`);
  process.exit(2);
}
const areGood = Object.keys(MUTATED)
  .filter((folder) => only === undefined || folder === only)
  .map((folder) => {
    const { text, score, unjudged } = toMutantsReport(mutate(folder), HARMLESS_CHANGES);
    console.log(text);
    writeFileSync(join(here, 'results', `${folder}.md`), text);
    return score >= AIM && unjudged === 0;
  });
process.exitCode = areGood.includes(false) ? 1 : 0;
