import { parseArgs } from 'node:util';
import { createVirtualClock } from './clock/virtual-clock.ts';
import { createMemoryHubStore } from './durable-extension/hub/memory-hub-store.ts';
import { createSimulatedGraph } from './simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from './start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from './virtual-app.ts';

const HELP = `24 hours of one call in virtual time: the real app, the real replay of its orchestration, a simulated Graph.

  npm run demo

A line an hour. In hour 6 Graph refuses keepAlives for some seconds, in hour 12 it asks to come back later; the call lives on.`;

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);
const HOURS = 24;
/** The last keepAlive of an hour is due at its end, or a little later once some were refused. */
const GRACE_MS = 120_000;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) console.log(HELP);
  else await runDemo();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)} See npm run demo -- --help.`);
  process.exitCode = 2;
}

async function runDemo(): Promise<void> {
  const clock = createVirtualClock({ startMs: START_MS });
  const graph = createSimulatedGraph({
    clock,
    botAppId: SAMPLE_BOT_APP_ID,
    tenantId: SAMPLE_TENANT_ID,
    deliver: async ({ url, headers, body }) =>
      app.send({ method: 'POST', url: new URL(url), headers, body: new TextEncoder().encode(body) }),
  });
  const app = await startVirtualApp({ clock, graph, hub: createMemoryHubStore() });
  const startedMs = performance.now();
  const { callId } = graph.createCall({ callbackUri: VIRTUAL_CALLBACK_URI, kind: 'meeting', subject: 'All day' });
  for (let hour = 1; hour <= HOURS; hour++) {
    if (hour === 6) graph.addFault({ operation: 'keepAlive', times: 3, status: 503 });
    if (hour === 12) graph.addFault({ operation: 'keepAlive', times: 1, status: 429, retryAfterSeconds: 20 });
    await clock.runUntil(START_MS + hour * HOUR_MS + GRACE_MS);
    console.log(describeHour(hour, sinceHour(hour)));
  }
  graph.hangUp(callId);
  await clock.runFor(60_000);
  const workMs = Math.round(performance.now() - startedMs);

  const all = tries();
  console.log('');
  console.log(`keepAlives: ${all.filter(({ status }) => status === 200).length}`);
  console.log(`longest gap: ${toMinutes(longestGapMs(all))} minutes of 45`);
  console.log(`call: ${graph.call(callId)?.state}`);
  console.log(`24 hours took ${workMs} ms`);
  await app.stop();
  graph.stop();

  function tries() {
    return graph.keepAliveLog().filter((entry) => entry.kind === 'keepAlive');
  }

  function sinceHour(hour: number) {
    const fromMs = START_MS + (hour - 1) * HOUR_MS + GRACE_MS;
    return tries().filter(({ atMs }) => atMs >= fromMs);
  }
}

type Tries = readonly { readonly status?: number | undefined; readonly sinceLastSuccessMs?: number }[];

function describeHour(hour: number, tries: Tries): string {
  const failures = tries.filter(({ status }) => status !== 200);
  const statuses = failures.map(({ status }) => status ?? 'no answer').join(', ');
  const trouble = failures.length === 0 ? '' : `; refused ${failures.length} times (${statuses}), then recovered`;
  const succeeded = tries.length - failures.length;
  return `hour ${String(hour).padStart(2)}: ${succeeded} keepAlives, longest gap ${toMinutes(longestGapMs(tries))} min${trouble}`;
}

function longestGapMs(tries: Tries): number {
  return Math.max(0, ...tries.map(({ sinceLastSuccessMs = 0 }) => sinceLastSuccessMs));
}

function toMinutes(ms: number): string {
  return (ms / 60_000).toFixed(1);
}
