import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMet } from '../bench.ts';
import { toAims } from './aims.ts';
import type { Candidate, Running } from './candidate.ts';
import { bullmq } from './candidates/bullmq.ts';
import { dbos } from './candidates/dbos.ts';
import { inProcess } from './candidates/in-process.ts';
import { localHost, localHostWithoutTable } from './candidates/local-host.ts';
import { pgBoss } from './candidates/pg-boss.ts';
import { restate } from './candidates/restate.ts';
import { installDebian, installPackages } from './install.ts';
import { killAgainAndAgain } from './kills.ts';
import { measure, measureOpenCalls } from './measure.ts';
import type { Outcome } from './outcome.ts';
import { describeResults } from './report.ts';
import { startTarget, type Target } from './target.ts';

const HELP = `Compares the local host with other durable schedulers on this machine.

  node bench/peers/run.ts [options]

  --calls N      open calls (default 1000)
  --beat S       seconds between a call's keepAlives (default 8)
  --rounds N     alternating rounds, of which the medians are shown (default 5; 0 = none)
  --kills N      kills of each worker (default 4; 0 = none), of all candidates side by side
  --open N       open calls for the memory that they take (default 10000; 0 = none)
  --only A,B     only candidates whose name holds one of these texts
  --json FILE    write everything that was measured
  --help         this text

Exit code 1 where an aim is missed.`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000' },
    beat: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '5' },
    kills: { type: 'string', default: '4' },
    open: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** As in production: none falls due while the calls are counted. */
const OPEN_BEAT_MS = 15 * 60_000;
const KILLS = { calls: 100, beatMs: 5_000, everyMs: 30_000, watchMs: 75_000, answerDelayMs: 50 };

if (values.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const startedMs = performance.now();
  const machine = { at: new Date().toISOString(), cores: cpus().length, cpu: cpus()[0]?.model, loadBefore: loadavg() };
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  chmodSync(folder, 0o755);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const target = await startTarget();
  const outcomes = prepare(target);
  const [calls, beatMs] = [Number(values.calls), Number(values.beat) * 1_000];
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const outcome of round % 2 === 1 ? outcomes : outcomes.toReversed()) {
      await attempt(outcome, async (candidate) => {
        say(`round ${round}: ${candidate.name}`);
        const measured = await withRunning(candidate, target, folder, beatMs, (running) =>
          measure(candidate, running, target, { calls, beatMs, windowMs: beatMs }),
        );
        outcome.rounds.push(measured);
        say(JSON.stringify(measured));
      });
    }
  }
  if (Number(values.open) > 0) await openAll(outcomes, target, folder);
  if (Number(values.kills) > 0) await killAll(outcomes, target, folder);
  const minutes = (performance.now() - startedMs) / 60_000;
  const setting = { calls, beatMs, kills: { ...KILLS, kills: Number(values.kills) } };
  const aims = toAims(outcomes);
  const results = { machine: { ...machine, loadAfter: loadavg(), minutes }, setting, outcomes, aims };
  console.log(`\n${describeResults(results)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
  process.exit(aims.every(isMet) ? 0 : 1);
}

function prepare(target: Target): readonly Outcome[] {
  const wanted = values.only.split(',').map((text) => text.toLowerCase());
  const own = [localHost, localHostWithoutTable(target.tableConnection)];
  const candidates = [...own, restate, dbos, bullmq, pgBoss, inProcess].filter(({ name }) =>
    wanted.some((text) => name.toLowerCase().includes(text)),
  );
  const missing = reasonOf(installPackages);
  return candidates.map((candidate) => {
    const failure = candidate.name.startsWith('local host')
      ? reasonOf(candidate.version)
      : (missing ?? reasonOf(() => candidate.debian.forEach(installDebian)) ?? reasonOf(candidate.version));
    const version = failure === undefined ? candidate.version() : '';
    return { candidate, version, rounds: [], ...(failure === undefined ? {} : { failure }) };
  });
}

function reasonOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One that fails is left out from then on, and the report says why. */
async function attempt(outcome: Outcome, work: (candidate: Candidate) => Promise<void>): Promise<void> {
  if (outcome.failure !== undefined) return;
  try {
    await work(outcome.candidate);
  } catch (error) {
    outcome.failure = error instanceof Error ? error.message : String(error);
    say(`${outcome.candidate.name} failed: ${outcome.failure}`);
  }
}

async function withRunning<T>(
  candidate: Candidate,
  { origin, token }: Target,
  folder: string,
  beatMs: number,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const own = mkdtempSync(join(folder, 'run-'));
  chmodSync(own, 0o755);
  const running = await candidate.launch({ folder: own, targetOrigin: origin, beatMs, token });
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}

/** One after the other; their calls are left open and end with them. */
async function openAll(outcomes: readonly Outcome[], target: Target, folder: string): Promise<void> {
  for (const outcome of outcomes.filter(({ candidate }) => candidate.scope === undefined)) {
    await attempt(outcome, async (candidate) => {
      say(`${values.open} open calls: ${candidate.name}`);
      outcome.open = await withRunning(candidate, target, folder, OPEN_BEAT_MS, (running) =>
        measureOpenCalls(running, Number(values.open)),
      );
      say(JSON.stringify(outcome.open));
    });
  }
}

/** Side by side, since it is counts and not speed that matter here, and a recovery may take a minute. */
async function killAll(outcomes: readonly Outcome[], target: Target, folder: string): Promise<void> {
  const { answerDelayMs, ...plan } = KILLS;
  target.clear();
  target.answerDelayMs = answerDelayMs;
  const ran = outcomes.filter(({ candidate, failure }) => candidate.scope === undefined && failure === undefined);
  await Promise.all(
    ran.map((outcome, index) =>
      attempt(outcome, async (candidate) => {
        await wait(index * 1_700);
        await withRunning(candidate, target, folder, plan.beatMs, async (running) => {
          outcome.kills = await killAgainAndAgain(running, target, { ...plan, kills: Number(values.kills) });
          say(`kills: ${candidate.name} ${JSON.stringify(outcome.kills)}`);
        });
      }),
    ),
  );
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
