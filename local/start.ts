import { join } from 'node:path';
import { buildApp } from '../scripts/build-app.ts';
import { systemClock } from '../src/adapters/clock.ts';
import { toConsoleLine } from './console-report.ts';
import { startDemoCalls } from './demo-calls.ts';
import { createExtensionTraps } from './durable-extension/extension-traps.ts';
import type { HubStore } from './durable-extension/hub/hub-store.ts';
import { installFunctionsCore } from './functions-host/functions-core.ts';
import { loadKeys } from './functions-host/keys.ts';
import { loadAppRoot } from './functions-host/load-app-root.ts';
import { createLocalHost } from './local-host.ts';
import { requireFreePort } from './require-free-port.ts';
import { isLoopbackHost } from './simulated-graph/callback-uri.ts';
import { createSimulatedGraph } from './simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID, toStartEnvironment } from './start-environment.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './start-options.ts';
import { describeRun, type StartedGraph } from './start-report.ts';
import { startStorage } from './start-storage.ts';
import { whenAskedToStop } from './when-asked-to-stop.ts';

const say = (line: string) => console.log(line);

const parsed = parseStartOptions(process.argv.slice(2));
switch (parsed.kind) {
  case 'help':
    say(START_HELP);
    break;
  case 'wrong':
    console.error(`${parsed.problem} See npm start -- --help.`);
    process.exitCode = 2;
    break;
  case 'options':
    await start(parsed.options).catch((error: unknown) => {
      console.error(`The local host did not start. ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    });
}

async function start(options: StartOptions): Promise<void> {
  const stops: (() => unknown)[] = [];
  const stop = stopOnce(stops);
  whenAskedToStop(stop);

  await requireFreePort(options.port);
  const storage = await startStorage(options, process.env);
  stops.push(() => storage.close());
  // Only now: under a running host the files of its app must not change.
  if (options.build) await buildApp(join(options.app, 'dist'));
  const graph = await startGraph(options, stops);
  Object.assign(
    process.env,
    toStartEnvironment(process.env, {
      graphOrigin: graph.origin,
      connectionString: storage.connectionString,
      speed: options.speed,
      relay: options.relay,
    }),
  );

  installFunctionsCore();
  const app = await loadAppRoot(options.app);
  const keys = options.auth ? await loadKeys(join(options.data, 'keys.json')) : undefined;
  const host = createLocalHost({
    ...app,
    clock: systemClock,
    hub: storage.hub,
    keys: keys ?? 'open',
    engine: { faults: createExtensionTraps(options.traps, { random: Math.random, pollingIntervalMs: 10_000 }) },
    log: (line) => {
      const text = toConsoleLine(line, new Date());
      if (text !== undefined) say(text);
    },
    onHostMessage: (message) => say(`host: ${message}`),
  });
  // An app with wrong settings registers what must be there, and no timer.
  const isMisconfigured = ![...app.registry.functions.values()].some(({ name }) => name === 'reconcileCalls');
  const earlierCalls = await countRunningCalls(storage.hub);
  stops.unshift(() => host.stop());
  const origin = await host.start(options.port);
  for (const line of describeRun({ origin, graph, storage, options, keys, earlierCalls, isMisconfigured })) say(line);
  if (!isMisconfigured && options.demo && graph.simulated !== undefined) {
    const callbackUri = `${origin}/api/notifications`;
    stops.unshift(startDemoCalls(graph.simulated, callbackUri, systemClock, options));
  }
}

async function startGraph(options: StartOptions, stops: (() => unknown)[]): Promise<StartedGraph> {
  const { GRAPH_BASE_URL = '' } = process.env;
  if (GRAPH_BASE_URL !== '') {
    const url = URL.canParse(GRAPH_BASE_URL) ? new URL(GRAPH_BASE_URL) : undefined;
    return { origin: url && isLoopbackHost(url.hostname) ? url.origin : undefined, simulated: undefined };
  }
  const simulated = createSimulatedGraph({
    clock: systemClock,
    botAppId: process.env.BOT_APP_ID || SAMPLE_BOT_APP_ID,
    tenantId: process.env.BOT_TENANT_ID || SAMPLE_TENANT_ID,
    timeScale: options.speed,
    // With a relay it is the bot's answer that Graph gets: worth a line each.
    ...(options.relay === undefined ? {} : { log: sayNotifications }),
  });
  const listener = await simulated.listen({ port: options.graphPort });
  stops.unshift(async () => {
    simulated.stop();
    await listener.close();
  });
  return { simulated, origin: listener.origin };
}

function sayNotifications(line: string): void {
  const [, callId, answered] = /^call (.{8})\S*: notification (.*)$/.exec(line) ?? [];
  if (callId !== undefined) say(`Graph     call ${callId}  notification and answer: ${answered}`);
}

async function countRunningCalls(hub: HubStore): Promise<number> {
  const rows = await hub.queryInstances({
    instanceIdPrefix: 'call-',
    statuses: ['Pending', 'Running', 'Suspended'],
    limit: Number.MAX_SAFE_INTEGER,
  });
  return rows.length;
}

/** Runs the stops in order, once; a second signal ends the process at once. */
function stopOnce(stops: readonly (() => unknown)[]): () => void {
  return () => {
    process.once('SIGINT', () => process.exit(130));
    void (async () => {
      say('\nStopping.');
      for (const stop of stops) await stop();
      process.exit(0);
    })();
  };
}
