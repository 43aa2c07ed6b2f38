import type { Bench, Measurement } from '../bench.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';

const MINUTE_MS = 60_000;
const BEATS = 8;

export const storage: Bench = {
  name: 'storage',
  about:
    "Requests of the app itself, counted while it runs in virtual time: to its table, to the engine's API, to Graph; and the turns " +
    'and activities that the engine runs for it. What the engine asks of storage for each of them stands in docs/costs.md.',
  notMeasured: "the engine's own storage requests, retries after failures, pages of more than 1,000 rows.",
  async run(effort) {
    const calls = effort === 'full' ? 1_000 : 5;
    return [...(await oneCall()), ...(await reconcile(calls))];
  },
};

async function oneCall(): Promise<readonly Measurement[]> {
  const world = await startCountedWorld();
  const callId = world.startCall();
  await world.clock.runFor(MINUTE_MS / 2);
  const start = world.take();
  await world.notify(callId, 'established');
  const repeated = world.take();
  const turnsBefore = await world.history(callId);
  let beatTable = 0;
  for (let beat = 0; beat < BEATS; beat++) {
    await world.clock.runFor(15 * MINUTE_MS);
    beatTable += world.take().tableOfCalls;
  }
  const turnsAfter = await world.history(callId);
  world.graph.hangUp(callId);
  await world.clock.runFor(MINUTE_MS / 2);
  const end = world.take();
  await world.stop();
  return [
    ...requests('start (establishing, ringing, established)', start),
    { what: 'repeated established: table', value: repeated.table, unit: 'requests', aim: { exactly: 1 } },
    { what: 'repeated established: engine', value: repeated.engine, unit: 'requests', aim: { exactly: 0 } },
    { what: 'keepAlive: table', value: beatTable / BEATS, unit: 'requests', aim: { exactly: 1 } },
    perBeat('orchestrator turns', turnsAfter.turns - turnsBefore.turns, 2),
    perBeat('activities', turnsAfter.activities - turnsBefore.activities, 1),
    ...requests('end and clean-up', end),
  ];
}

function perBeat(what: string, count: number, exactly: number): Measurement {
  return { what: `keepAlive: ${what}`, value: count / BEATS, unit: 'each', aim: { exactly } };
}

function requests(what: string, taken: ReturnType<CountedWorld['take']>): readonly Measurement[] {
  return [
    { what: `${what}: table`, value: taken.table, unit: 'requests' },
    { what: `${what}: engine`, value: taken.engine, unit: 'requests' },
  ];
}

async function reconcile(calls: number): Promise<readonly Measurement[]> {
  const world = await startCountedWorld();
  for (let call = 0; call < calls; call++) world.startCall();
  await world.clock.runFor(MINUTE_MS / 2);
  world.take();
  await world.clock.runFor(5 * MINUTE_MS);
  const compared = world.take();
  await world.clock.runFor(5 * MINUTE_MS);
  const { table, engine } = world.take();
  await world.stop();
  const what = `one reconciliation of ${calls} calls, all well`;
  return [
    { what: `${what}: table`, value: table, unit: 'requests', aim: { exactly: 2 } },
    { what: `${what}: engine`, value: engine, unit: 'requests', aim: { exactly: 0 } },
    ...requests('the same once an hour', compared),
  ];
}
