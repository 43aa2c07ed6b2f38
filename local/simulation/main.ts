import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { INVARIANTS } from './invariants.ts';
import type { SimulationChoice } from './plan.ts';
import { runSimulation, type SimulationResult } from './run-simulation.ts';
import { shrink, toCommand } from './shrink.ts';
import { parseSimulationCommand, SIMULATION_HELP, type SimulationCommand } from './simulation-options.ts';

// A reader that has seen enough, such as head, is no failure.
process.stdout.on('error', () => process.exit(0));

const parsed = parseSimulationCommand(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    console.log(SIMULATION_HELP);
    break;
  case 'wrong':
    console.error(`${parsed.problem} See npm run simulate -- --help.`);
    process.exitCode = 2;
    break;
  case 'options':
    process.exitCode = await main(parsed.options);
}

async function main(command: SimulationCommand): Promise<number> {
  const failures = command.untilFailure ? await playInTurn(command) : await playMany(command);
  for (const failure of failures) await explain(command, failure);
  return failures.length === 0 ? 0 : 1;
}

async function playInTurn(command: SimulationCommand): Promise<readonly SimulationResult[]> {
  const trace = command.trace ? (line: string) => console.log(line) : undefined;
  for (let seed = command.from; seed < command.from + command.seeds; seed++) {
    const result = await runSimulation(toChoice(command, seed), trace);
    const isFailure = result.violations.some(({ invariant }) => (command.invariant ?? invariant) === invariant);
    if (isFailure || command.seeds === 1) console.log(toLine(result));
    if (isFailure) return [result];
  }
  return [];
}

async function playMany(command: SimulationCommand): Promise<readonly SimulationResult[]> {
  const { from, seeds } = command;
  const startedMs = performance.now();
  const failures: SimulationResult[] = [];
  let next = from;
  let done = 0;
  let keepAlives = 0;
  const play = async () => {
    const worker = new Worker(new URL('./seed-worker.ts', import.meta.url)).setMaxListeners(0);
    while (next < from + seeds) {
      const result = await ask(worker, toChoice(command, next++));
      done++;
      keepAlives += result.keepAlives;
      if (result.violations.length > 0) {
        failures.push(result);
        console.log(toLine(result));
      }
      if (done % 50 === 0)
        console.log(`${done} of ${seeds} seeds, ${keepAlives} keepAlives, ${failures.length} failed`);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(seeds, availableParallelism()) }, play));
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(
    `${seeds} seeds of ${command.hours} hours, ${keepAlives} keepAlives, ${seconds} s: ${failures.length} failed`,
  );
  return failures;
}

async function ask(worker: Worker, choice: SimulationChoice): Promise<SimulationResult> {
  worker.postMessage(choice);
  try {
    // `once` of node:events rejects when the worker fails.
    const [result] = await once(worker, 'message');
    return result;
  } catch (error) {
    throw new Error(`seed ${choice.seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** What broke, and the smallest command found that shows it. */
async function explain(command: SimulationCommand, { seed, violations }: SimulationResult): Promise<void> {
  const [first] = violations;
  if (first === undefined || command.trace) return;
  const choice = toChoice(command, seed);
  const fails = async (candidate: SimulationChoice) =>
    (await runSimulation(candidate)).violations.some(({ invariant }) => invariant === first.invariant);
  const smallest = command.shrink ? await shrink(choice, fails) : choice;
  console.log(`\nseed ${seed} breaks (${first.invariant}): ${INVARIANTS[first.invariant]}.\n  ${toCommand(smallest)}`);
}

function toChoice({ hours, without, calls }: SimulationCommand, seed: number): SimulationChoice {
  return { seed, hours, without, calls };
}

function toLine({ seed, calls, keepAlives, crashes, digest, violations }: SimulationResult): string {
  const facts = `${calls} calls, ${keepAlives} keepAlives, ${crashes} crashes, trace ${digest.slice(0, 12)}`;
  const broken = violations.map(({ invariant, callId, what }) => `\n  (${invariant}) call ${callId ?? '-'}: ${what}`);
  return `seed ${seed}: ${facts}${broken.join('')}`;
}
