import { installFunctionsCore } from '../../local/functions-host/functions-core.ts';
import { KEEP_ALIVE_ACTIVITY, ORCHESTRATOR_NAME } from '../../src/core/keepalive/durable-names.ts';
import { alternate, median, medianRatio, threadCpuMs } from '../alternate.ts';
import type { Bench, Effort, Measurement } from '../bench.ts';
import { startOutside } from '../outside/outside.ts';
import type { RecordedTurns } from './record-turns.ts';

/** The last beat that ends with another wait, for the next one ends with continueAsNew: it replays the longest history. */
const LAST_BEAT = 47;

export const beat: Bench = {
  name: 'beat',
  about:
    `CPU of the worker for beat ${LAST_BEAT} since continueAsNew, which replays the longest history: two orchestrator turns ` +
    'with it as text, one activity with its request over loopback. Bare = a loop of the same waits and activities that ' +
    'decides and remembers nothing. In turn, medians.',
  notMeasured:
    'the Functions host (.NET), gRPC between it and the worker, TLS to Graph, the storage ' +
    'that reads and writes the history.',
  async run(effort) {
    const outside = await startOutside();
    try {
      // First, for @azure/functions looks for its core module once, when it is loaded.
      installFunctionsCore();
      const { recordTurns } = await import('./record-turns.ts');
      return await measure(await recordTurns(effort === 'full' ? LAST_BEAT : 8, `${outside.origin}/v1.0`), effort);
    } finally {
      await outside.close();
    }
  },
};

async function measure(recorded: RecordedTurns, effort: Effort): Promise<readonly Measurement[]> {
  const depth = recorded.beats.length;
  const repetitions = effort === 'full' ? 60 : 1;
  const variants = {
    app: () => beatMs(recorded, repetitions, ORCHESTRATOR_NAME),
    bare: () => beatMs(recorded, repetitions, recorded.bareLoop),
  };
  const { app, bare } = await alternate(variants, effort === 'full' ? 24 : 1);
  const historyKib = (recorded.beats.at(-1)?.done ?? '').length / 1_024;
  return [
    { what: `beat ${depth}: app`, value: median(app), unit: 'CPU-ms' },
    { what: `beat ${depth}: app ÷ bare`, value: medianRatio(app, bare), unit: '×', aim: { atMost: 1.5 } },
    { what: `history at beat ${depth}`, value: historyKib, unit: 'KiB' },
  ];
}

async function beatMs({ beats, invoke }: RecordedTurns, repetitions: number, orchestrator: string): Promise<number> {
  const { fired = '', activity = '', done = '' } = beats.at(-1) ?? {};
  const beforeMs = threadCpuMs();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    await invoke(orchestrator, { string: fired });
    await invoke(KEEP_ALIVE_ACTIVITY, { string: activity });
    await invoke(orchestrator, { string: done });
  }
  return (threadCpuMs() - beforeMs) / repetitions;
}
