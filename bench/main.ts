import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { beat } from './beat/beat.ts';
import type { Bench, Measurement } from './bench.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { manyCalls } from './many-calls/many-calls.ts';
import { notification } from './notification/notification.ts';
import { type Aimed, allMet, type BenchResult, describeMachine, toAimsTable, toJson, toTable } from './report.ts';
import { simulation } from './simulation.ts';
import { storage } from './storage/storage.ts';

/**
 * `npm run bench [-- name …]`: runs the benches of these names, or all, and ends with the table of all aims; exit code 1
 * where one is missed. Of several each runs in a process of its own, for what one leaves behind in memory and compilers
 * would slow the next. `peers` is a program of its own, with packages of its own, which it installs: it runs last, and alone
 * when asked for. `--json FILE`: the figures of one bench go there, and its aims are left to whoever reads them.
 */
const BENCHES = [coldStart, notification, beat, simulation, storage];
/** Takes minutes, and two gigabytes for Azurite. */
const BY_NAME_ONLY = [manyCalls];

const known = [...BENCHES, ...BY_NAME_ONLY];
const USAGE = `npm run bench -- [${known.map(({ name }) => name).join(' | ')} | peers …] [--json FILE]`;
const { values, positionals: asked } = readArguments();
if (asked[0] === 'peers') process.exit(run('peers/run.ts', process.argv.slice(3)));
const unknown = asked.filter((name) => !known.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. ${USAGE}`);
  process.exit(2);
}
const wanted = asked.length === 0 ? BENCHES : known.filter(({ name }) => asked.includes(name));
const [only, ...others] = wanted;
if (only !== undefined && others.length === 0) await runHere(only);
else runEach(wanted);

async function runHere(bench: Bench): Promise<void> {
  console.log(`${describeMachine()}\n`);
  const result: BenchResult = { bench, measurements: await bench.run('full') };
  console.log(`${toTable(result)}\n`);
  const json = toJson([result]);
  if (values.json !== undefined) return writeFileSync(values.json, json);
  console.log(`${json}\n`);
  conclude([{ name: bench.name, measurements: result.measurements }]);
}

function runEach(benches: readonly Bench[]): void {
  const inOwnProcess = benches.map(({ name }) => ({ name, measurements: measurementsOf('main.ts', [name]) }));
  const peers = asked.length === 0 ? [{ name: 'peers', measurements: measurementsOf('peers/run.ts', []) }] : [];
  const all = [...inOwnProcess, ...peers];
  console.log(`${JSON.stringify({ machine: describeMachine(), benches: all })}\n`);
  conclude(all);
}

function conclude(aimed: readonly Aimed[]): void {
  console.log(`${toAimsTable(aimed)}\n\nWhy an aim is missed, as far as profiles tell: bench/RESULTS.md.`);
  process.exitCode = allMet(aimed) ? 0 : 1;
}

/** Runs a program that writes what it measured; nothing when it did not come to its end. */
function measurementsOf(program: string, args: readonly string[]): readonly Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const file = join(folder, 'measured.json');
    run(program, [...args, '--json', file]);
    if (!existsSync(file)) return [];
    const written = JSON.parse(readFileSync(file, 'utf8'));
    return written.aims ?? written.benches[0].measurements;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): number {
  return (
    spawnSync(process.execPath, [resolve(import.meta.dirname, program), ...args], { stdio: 'inherit' }).status ?? 1
  );
}

function readArguments() {
  const args = process.argv.slice(2, process.argv[2] === 'peers' ? 3 : undefined);
  try {
    const options = { json: { type: 'string' }, help: { type: 'boolean' } } as const;
    const read = parseArgs({ args, options, allowPositionals: true });
    if (read.values.help !== true) return read;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}. ${USAGE}`);
    process.exit(2);
  }
}
