import { installFunctionsCore } from '../../local/functions-host/functions-core.ts';
import { KEEP_ALIVE_ACTIVITY, ORCHESTRATOR_NAME } from '../../src/core/keepalive/durable-names.ts';
import { alternate, median, threadCpuMs } from '../alternate.ts';
import type { Bench, Effort, Measurement } from '../bench.ts';
import { startOutside } from '../outside/outside.ts';
import type * as Turns from './record-turns.ts';

/** Beats since the generation began. */
const DEPTHS = [1, 8, 16, 32, 48, 96] as const;
const AIMED_DEPTH = 48;
const AIM_MS = 1;

export const beat: Bench = {
  name: 'beat',
  about:
    'CPU of the worker per keepAlive, by the number of keepAlives since continueAsNew: two ' +
    'orchestrator turns with the whole history as text, one activity with its request over loopback. Each depth in turn, ' +
    'median of the rounds.',
  notMeasured:
    'the Functions host (.NET) with its reading of the answers, gRPC between it and the worker, TLS to Graph, the storage ' +
    'that reads and writes the history.',
  async run(effort) {
    const outside = await startOutside();
    try {
      // First, for @azure/functions looks for its core module once, when it is loaded.
      installFunctionsCore();
      const { recordTurns } = await import('./record-turns.ts');
      const recorded = await recordTurns(effort === 'full' ? 96 : 8, `${outside.origin}/v1.0`);
      return await measure(recorded, effort);
    } finally {
      await outside.close();
    }
  },
};

async function measure(recorded: Turns.RecordedTurns, effort: Effort): Promise<readonly Measurement[]> {
  const depths = DEPTHS.filter((depth) => depth <= recorded.beats.length);
  const deepest = Math.min(AIMED_DEPTH, recorded.beats.length);
  const repetitions = effort === 'full' ? 60 : 1;
  const variants = {
    ...Object.fromEntries(depths.map((depth) => [`${depth}`, () => beatMs(recorded, depth, repetitions)])),
    activity: () => activityMs(recorded, repetitions),
    bare: () => beatMs(recorded, deepest, repetitions, recorded.bareLoop),
  };
  const values = await alternate<string>(variants, effort === 'full' ? 24 : 1);
  const at = (name: string) => median(values[name] ?? []);
  return [
    { what: 'of it the activity alone', value: at('activity'), unit: 'CPU-ms' },
    ...depths.flatMap((depth) => [
      {
        what: `beat ${depth} since continueAsNew`,
        value: at(`${depth}`),
        unit: 'CPU-ms',
        ...(depth === AIMED_DEPTH ? { aim: { atMost: AIM_MS } } : {}),
      },
      ...historyOf(recorded, depth),
    ]),
    { what: `beat ${deepest} of a loop without our code`, value: at('bare'), unit: 'CPU-ms' },
    { what: `beat ${deepest}: app ÷ loop without our code`, value: at(`${deepest}`) / at('bare'), unit: '×' },
  ];
}

function historyOf({ beats }: Turns.RecordedTurns, depth: number): readonly Measurement[] {
  const text = beats[depth - 1]?.done ?? '';
  return [
    { what: `history at beat ${depth}, rows`, value: JSON.parse(text).history.length, unit: 'rows' },
    { what: `history at beat ${depth}, sent to the worker`, value: text.length / 1_024, unit: 'KiB' },
  ];
}

async function beatMs(
  { beats, invoke }: Turns.RecordedTurns,
  depth: number,
  repetitions: number,
  orchestrator = ORCHESTRATOR_NAME,
): Promise<number> {
  const inputs = beats[depth - 1];
  if (inputs === undefined) throw new Error(`beat ${depth} was not recorded`);
  const beforeMs = threadCpuMs();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    await invoke(orchestrator, { string: inputs.fired });
    await invoke(KEEP_ALIVE_ACTIVITY, { string: inputs.activity });
    await invoke(orchestrator, { string: inputs.done });
  }
  return (threadCpuMs() - beforeMs) / repetitions;
}

async function activityMs({ beats, invoke }: Turns.RecordedTurns, repetitions: number): Promise<number> {
  const beforeMs = threadCpuMs();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    await invoke(KEEP_ALIVE_ACTIVITY, { string: beats[0]?.activity ?? '' });
  }
  return (threadCpuMs() - beforeMs) / repetitions;
}
