import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../src/adapters/clock.ts';
import { sideBySide } from '../../src/calls/side-by-side.ts';
import { startAzurite } from '../azurite.ts';
import { createRandom } from '../random.ts';
import { type ChaosGraph, startChaosGraph } from './chaos-graph.ts';
import { type ChaosHost, startChaosHost } from './chaos-host.ts';
import type { ChaosOptions } from './chaos-options.ts';
import { type ChaosVerdict, judge, type Kill } from './chaos-verdict.ts';
import { killHost } from './kill-host.ts';
import { waitMs, waitUntil } from './wait.ts';

export interface ChaosRun {
  readonly clock: Clock;
  /** For the hub file, the host's log, and what Graph saw. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

const INTERVAL_MS = 15 * 60_000;
const LIMIT_MS = 45 * 60_000;
/** For the host to take in all calls, or all ends, at once. */
const PATIENCE_MS = 60_000;
const REQUESTS_AT_ONCE = 16;
/** This share of the calls ends as soon as it is established: the engine may lose what it is told so early. */
const HUNG_UP_AT_ONCE = 0.1;
/** This share of the calls ends in the moments of the kills, the rest after them. */
const HUNG_UP_MEANWHILE = 0.3;

/** Errors: Error when a part of the run did not start, or the host ended by itself. Effects: three child processes. */
export async function runChaos(options: ChaosOptions, run: ChaosRun): Promise<ChaosVerdict> {
  const azurite = await startAzurite();
  const graph = await startChaosGraph(options.speed, run.clock);
  let host: ChaosHost | undefined;
  try {
    host = await startChaosHost({
      ...run,
      ...options,
      graphOrigin: graph.origin,
      storageConnectionString: azurite.connectionString,
    });
    return await Promise.race([keepAliveUnderFire(options, run, graph, host), host.failed]);
  } finally {
    await host?.kill();
    await graph.stop();
    await azurite.stop();
  }
}

async function keepAliveUnderFire(
  options: ChaosOptions,
  run: ChaosRun,
  graph: ChaosGraph,
  host: ChaosHost,
): Promise<ChaosVerdict> {
  const { clock, say } = run;
  const intervalMs = INTERVAL_MS / options.speed;
  const limitMs = LIMIT_MS / options.speed;
  const keptAlive = new Set<string>();
  const unwatch = graph.watch((callId) => keptAlive.add(callId));
  const live = await establishCalls(options.calls, graph, host, clock);
  say(`${options.calls} calls are established, ${options.calls - live.length} of them hung up at once.`);
  // Those that ended at once may have been kept alive before, and count for nothing here.
  await waitUntil(clock, PATIENCE_MS, async () => live.every((callId) => keptAlive.has(callId)));
  unwatch();
  say('All were kept alive once. Now the kills.');
  const kills = await killAgainAndAgain(options, run, graph, host, live);

  // Every call has to show once more that it is alive.
  await waitMs(clock, intervalMs + 2_000);
  say(`Hanging up the ${live.length} calls that are left.`);
  await sideBySide(live, REQUESTS_AT_ONCE, (callId) => graph.hangUp(callId));
  await waitUntil(clock, PATIENCE_MS, async () => (await host.runningCalls()) === 0);
  const leftRunning = await host.runningCalls();
  const entries = await graph.log();
  writeFileSync(
    join(run.folder, 'graph-log.json'),
    JSON.stringify({ entries, kills, toldOfEnd: [...graph.toldOfEnd] }),
  );
  return judge({ entries, kills, toldOfEnd: graph.toldOfEnd, intervalMs, limitMs, leftRunning });
}

/** No faster than the host takes them: this is not about load. Returns those that go on. */
async function establishCalls(count: number, graph: ChaosGraph, host: ChaosHost, clock: Clock): Promise<string[]> {
  const calls: string[] = [];
  const brief = Math.floor(count * HUNG_UP_AT_ONCE);
  await sideBySide([...Array(count).keys()], REQUESTS_AT_ONCE, async (number) => {
    const callId = await graph.createCall(host.callbackUri);
    if (number < brief) await graph.hangUp(callId);
    else calls.push(callId);
  });
  const allStarted = await waitUntil(clock, PATIENCE_MS, async () => (await host.runningCalls()) === calls.length);
  if (!allStarted) throw new Error(`The host did not take in ${count} calls within ${PATIENCE_MS / 1_000} s.`);
  return calls;
}

/** Takes those that it hangs up out of `live`. A kill that happened to hit nothing is not counted, but judged as well. */
async function killAgainAndAgain(
  { kills: wanted, seed, speed, storage, calls }: ChaosOptions,
  { clock, say, folder }: ChaosRun,
  graph: ChaosGraph,
  host: ChaosHost,
  live: string[],
): Promise<readonly Kill[]> {
  const random = createRandom(seed).next;
  const hubFolder = storage === 'sqlite' ? folder : undefined;
  const limitMs = LIMIT_MS / speed;
  const startedMs = clock.nowMs();
  const lastKeepAlive = new Map<string, number>();
  graph.watch((callId) => lastKeepAlive.set(callId, clock.nowMs()));
  const hasCaughtUp = () =>
    live.every((callId) => clock.nowMs() - (lastKeepAlive.get(callId) ?? startedMs) < limitMs / 2);
  const context = { graph, host, clock, random, hubFolder, hasCaughtUp, limitMs };
  const kills: Kill[] = [];
  let hits = 0;
  while (hits < wanted && kills.length < 2 * wanted) {
    const hangUp = live.splice(0, Math.floor(random() * 2 * ((calls * HUNG_UP_MEANWHILE) / wanted)));
    const kill = await killHost(context, live.length, hangUp);
    kills.push(kill);
    const isHit = kill.keepAlives.length + kill.turns > 0 || hubFolder === undefined;
    if (isHit) hits++;
    say(`${isHit ? `kill ${hits}/${wanted}` : 'a kill that met nothing'}: ${describe(kill)}`);
  }
  return kills;
}

function describe({ keepAlives, turns, backAfterMs }: Kill): string {
  const hit = `${keepAlives.length} keepAlives and ${turns} turns under way`;
  return `${hit}, ${backAfterMs === undefined ? 'NO keepAlive since' : `first keepAlive again after ${(backAfterMs / 1_000).toFixed(2)} s`}`;
}
