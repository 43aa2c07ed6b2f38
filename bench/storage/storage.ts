import type { Bench, Measurement } from '../bench.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';

const MINUTE_MS = 60_000;
const BEATS = 8;

/**
 * What a call may cost at most, in requests, log lines and bytes of text for the engine. To the table go at the start two
 * sightings and the two writes around `startNew`, with a keepAlive its heartbeat, at the end the mark and the sums. A line
 * tells of each thing that happened. Bytes: what was measured (903, 1,377, 2,301) and a twentieth. Before there was a
 * heartbeat it was 810, 1,785 and 3,079: a start now also says which run of the call it is, and later decisions hang on
 * limits in its input.
 */
const MOST = {
  start: { table: 4, engine: 1, lines: 2, bytes: 950 },
  keepAlive: { lines: 1, bytes: 1_450 },
  end: { table: 2, engine: 1, lines: 2, bytes: 2_400 },
};

export const storage: Bench = {
  name: 'storage',
  about:
    "Requests of the app itself, counted while it runs in virtual time: to its table, to the engine's API; the turns and activities " +
    'that the engine runs for it, the text that it hands to the engine, and its log lines. What the engine asks of storage for each of them stands in docs/costs.md.',
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
  await world.clock.runFor(BEATS * 15 * MINUTE_MS);
  const beats = world.take();
  const turnsAfter = await world.history(callId);
  world.graph.hangUp(callId);
  await world.clock.runFor(MINUTE_MS / 2);
  const end = world.take();
  await world.stop();
  return [
    ...atMost('start (establishing, ringing, established)', start, MOST.start),
    { what: 'repeated established: table', value: repeated.table, unit: 'requests', aim: { exactly: 1 } },
    { what: 'repeated established: engine', value: repeated.engine, unit: 'requests', aim: { exactly: 0 } },
    { what: 'keepAlive: table', value: beats.tableOfCalls / BEATS, unit: 'requests', aim: { exactly: 1 } },
    ...atMost('keepAlive', { lines: beats.lines / BEATS, bytes: beats.bytes / BEATS }, MOST.keepAlive),
    perBeat('orchestrator turns', turnsAfter.turns - turnsBefore.turns, 2),
    perBeat('activities', turnsAfter.activities - turnsBefore.activities, 1),
    ...atMost('end and clean-up', end, MOST.end),
  ];
}

const UNITS = { table: 'requests', engine: 'requests', lines: 'each', bytes: 'bytes' };

function atMost<Kind extends keyof typeof UNITS>(
  what: string,
  taken: Readonly<Record<Kind, number>>,
  most: Readonly<Record<Kind, number>>,
): readonly Measurement[] {
  return (Object.keys(most) as Kind[]).map((kind) => ({
    what: `${what}: ${kind}`,
    value: taken[kind],
    unit: UNITS[kind],
    aim: { atMost: most[kind] },
  }));
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
