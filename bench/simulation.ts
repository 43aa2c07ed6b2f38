import { createVirtualClock } from '../local/clock/virtual-clock.ts';
import { createMemoryHubStore } from '../local/durable-extension/memory-hub-store.ts';
import { createSimulatedGraph } from '../local/simulated-graph/simulated-graph.ts';
import { simulationKey } from '../local/simulation/simulation-key.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../local/start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from '../local/virtual-app.ts';
import { alternate, median, medianRatio, threadCpuMs } from './alternate.ts';
import type { Bench } from './bench.ts';

const START_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const simulation: Bench = {
  name: 'simulation',
  about:
    'Calls of 24 hours in virtual time, from the notification to the clean-up, with the real app, durable-functions and the ' +
    'engine: CPU of one core. Text = what goes to functions is JSON, and each turn replays its history, as on the real host; ' +
    "fast = objects, and an orchestrator goes on from turn to turn; each generation's last turn is replayed as a check.",
  notMeasured: 'other processes; a real table; many thousand calls at once, whose histories do not fit the caches.',
  async run(effort) {
    const full = effort === 'full';
    const run = (fast: boolean) => () =>
      simulate({ fast, calls: full ? 10 : 1, forMs: full ? DAY_MS : 60 * MINUTE_MS });
    const values = await alternate({ text: run(false), fast: run(true) }, full ? 8 : 1);
    const fast = median(values.fast);
    return [
      { what: 'text', value: 1_000 / median(values.text), unit: 'keepAlives/s' },
      { what: 'fast', value: 1_000 / fast, unit: 'keepAlives/s', aim: { atLeast: 10_000 } },
      { what: 'fast', value: 1_000 / fast / 96, unit: 'days of a call/s' },
      { what: 'text ÷ fast', value: medianRatio(values.text, values.fast), unit: '× CPU' },
    ];
  },
};

/** CPU-ms per keepAlive. */
async function simulate(run: {
  readonly fast: boolean;
  readonly calls: number;
  readonly forMs: number;
}): Promise<number> {
  const clock = createVirtualClock({ startMs: START_MS });
  const graph = createSimulatedGraph({
    clock,
    botAppId: SAMPLE_BOT_APP_ID,
    tenantId: SAMPLE_TENANT_ID,
    signingKeys: [simulationKey()],
    deliver: ({ url, headers, body }) =>
      app.send({
        method: 'POST',
        url: new URL(url),
        headers,
        body: new TextEncoder().encode(body),
      }),
  });
  const app = await startVirtualApp({ clock, graph, hub: createMemoryHubStore(), engine: { fast: run.fast } });
  const beforeMs = threadCpuMs();
  const callIds = Array.from(
    { length: run.calls },
    () => graph.createCall({ callbackUri: VIRTUAL_CALLBACK_URI }).callId,
  );
  await clock.runFor(run.forMs + MINUTE_MS);
  for (const callId of callIds) graph.hangUp(callId);
  await clock.runFor(MINUTE_MS);
  const cpuMs = threadCpuMs() - beforeMs;
  await app.stop();
  graph.stop();
  const sent = graph.keepAliveLog().filter((entry) => entry.kind === 'keepAlive').length;
  const expected = (run.calls * run.forMs) / (15 * MINUTE_MS);
  if (sent !== expected) throw new Error(`${sent} keepAlives were sent, not ${expected}`);
  return cpuMs / sent;
}
