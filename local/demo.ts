import { createVirtualClock } from './clock/virtual-clock.ts';
import { toConsoleLine } from './console-report.ts';
import { createMemoryHubStore } from './durable-extension/memory-hub-store.ts';
import { createSimulatedGraph } from './simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from './start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from './virtual-app.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);

/** 24 hours of one call in virtual time: the real app, the real replay engine, a simulated Graph. */
const clock = createVirtualClock({ startMs: START_MS });
const graph = createSimulatedGraph({
  clock,
  botAppId: SAMPLE_BOT_APP_ID,
  tenantId: SAMPLE_TENANT_ID,
  deliver: async ({ url, headers, body }) =>
    app.send({ method: 'POST', url: new URL(url), headers, body: new TextEncoder().encode(body) }),
});
const app = await startVirtualApp({
  clock,
  graph,
  hub: createMemoryHubStore(),
  log: (line) => {
    const text = toConsoleLine(line, new Date(clock.nowMs()));
    if (text !== undefined) console.log(text);
  },
});

const startedMs = performance.now();
const { callId } = graph.createCall({ callbackUri: VIRTUAL_CALLBACK_URI, kind: 'meeting', subject: 'All day' });
await clock.runUntil(START_MS + 24 * HOUR_MS + 60_000);
graph.hangUp(callId);
await clock.runFor(60_000);
const workMs = Math.round(performance.now() - startedMs);

const entries = graph.keepAliveLog().filter((entry) => entry.kind === 'keepAlive');
const gaps = entries.map(({ sinceLastSuccessMs = 0 }) => sinceLastSuccessMs);
console.log('');
console.log(`keepAlives: ${entries.filter(({ status }) => status === 200).length}`);
console.log(`longest gap: ${Math.max(...gaps) / 60_000} minutes of 45`);
console.log(`call: ${graph.call(callId)?.state}`);
console.log(`24 hours took ${workMs} ms`);
await app.stop();
graph.stop();
