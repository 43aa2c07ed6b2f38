import { createVirtualClock } from '../../local/clock/virtual-clock.ts';
import { createMemoryHubStore } from '../../local/durable-extension/memory-hub-store.ts';
import { createSimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { simulationKey } from '../../local/simulation/simulation-key.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from '../../local/virtual-app.ts';
import { threadCpuMs } from '../alternate.ts';

const START_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;

/** CPU-ms per keepAlive of so many calls at once. */
export async function simulateDays(run: { readonly calls: number; readonly forMs: number }): Promise<number> {
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
  const app = await startVirtualApp({ clock, graph, hub: createMemoryHubStore() });
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
