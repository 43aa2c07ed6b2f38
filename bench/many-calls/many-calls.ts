import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startAzurite } from '../../local/azurite.ts';
import { buildClientBinding } from '../../local/durable-extension/client-binding.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { createTableCallStore } from '../../src/adapters/table-call-store.ts';
import { NO_TURN_YET } from '../../src/core/reconcile/compare-progress.ts';
import type { Aim, Bench, Measurement } from '../bench.ts';
import { buildWorker } from '../cold-start/build-variants.ts';
import { fillTable } from './fill-table.ts';
import type { WorkerResult } from './worker.ts';

/** An instance of 512 MB holds the host besides, and must not die. */
const MEMORY = { memory: { atMost: 250 } };

export const manyCalls: Bench = {
  name: 'many-calls',
  about:
    'One run of the shipped bundle, alone in its process, with 100,000 open calls that are all well: their rows in ' +
    "Azurite, their instances behind a stand-in for the engine's HTTP API, each a process of its own. Memory is the " +
    "process's largest resident set, of which 72 MB are the app itself.",
  notMeasured: 'Azure Tables, which this repository has never seen; the Functions host; the engine.',
  async run(effort) {
    const calls = effort === 'full' ? 100_000 : 600;
    const azurite = await startAzurite();
    const engine = await startEngine(calls);
    try {
      await fillTable(azurite.connectionString, calls);
      const run = await createRunner(azurite.connectionString, engine.origin, calls);
      const done = { startedAtMs: Date.now(), filledInAtMs: Date.now() };
      const rescue = await run('reconcileCalls', done);
      const fillIn = await run('reconcileCalls', { startedAtMs: done.startedAtMs });
      const compare = await run('reconcileCalls', { filledInAtMs: done.filledInAtMs });
      const list = await run('/api/calls', done);
      return [
        ...toMeasurements('reconcileCalls', rescue, { ...MEMORY, table: { exactly: 2 }, engine: { exactly: 0 } }),
        ...toMeasurements('every 15 minutes', fillIn, { ...MEMORY, engine: { exactly: 0 } }),
        ...toMeasurements('once an hour', compare, { ...MEMORY, table: { exactly: 274 }, engine: { exactly: 256 } }),
        ...toMeasurements('GET /api/calls', list, { engine: { exactly: 0 } }),
      ];
    } finally {
      engine.stop();
      await azurite.stop();
    }
  },
};

type Run = (task: string, progress: { startedAtMs?: number; filledInAtMs?: number }) => Promise<WorkerResult>;

/** Each run is a process of its own; before it the table is told what was done when. */
async function createRunner(connectionString: string, engineOrigin: string, calls: number): Promise<Run> {
  const { worker, bundle } = await buildWorker(`${import.meta.dirname}/worker.ts`, 'many-calls');
  const storage = { kind: 'connectionString', connectionString } as const;
  const store = createTableCallStore({ storage, clock: systemClock, onUnreadable: () => {} });
  const settings = {
    BOT_APP_ID: SAMPLE_BOT_APP_ID,
    BOT_TENANT_ID: SAMPLE_TENANT_ID,
    BOT_CREDENTIAL: 'localDevelopment',
    GRAPH_BASE_URL: 'http://127.0.0.1:9/v1.0',
    AzureWebJobsStorage: connectionString,
  };
  const where = { origin: engineOrigin, rpcBaseUrl: `${engineOrigin}/durabletask/` };
  const CLIENT_BINDING = buildClientBinding({ hubName: 'CallKeepalive', systemKey: '', ...where });
  return async (task, progress) => {
    await store.writeProgress({ ...NO_TURN_YET, ...progress });
    const env = {
      ...settings,
      APP_MAIN: bundle,
      CLIENT_BINDING,
      TASK: task,
      ENGINE_ORIGIN: engineOrigin,
      CALLS: `${calls}`,
    };
    const child = spawn(process.execPath, [worker], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'close')]);
    if (typeof line !== 'string') throw new Error(`the worker for ${task} ended without a result`);
    return JSON.parse(line);
  };
}

async function startEngine(calls: number) {
  const env = { CALLS: `${calls}` };
  const child = spawn(process.execPath, [`${import.meta.dirname}/engine.ts`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await once(createInterface({ input: child.stdout }), 'line');
  return { origin: String(origin), stop: () => child.kill('SIGKILL') };
}

function toMeasurements(
  what: string,
  result: WorkerResult,
  aims: Readonly<Record<string, Aim>>,
): readonly Measurement[] {
  const { seconds, cpuSeconds, peakMb, tableRequests, engineRequests } = result;
  const all = [
    { what: 'time', value: seconds, unit: 's' },
    { what: 'CPU', value: cpuSeconds, unit: 's' },
    { what: 'memory', value: peakMb, unit: 'MB' },
    { what: 'table', value: tableRequests, unit: 'requests' },
    { what: 'engine', value: engineRequests, unit: 'requests' },
  ];
  return all.map((one) => {
    const aim = aims[one.what];
    return { ...one, what: `${what}: ${one.what}`, ...(aim === undefined ? {} : { aim }) };
  });
}
