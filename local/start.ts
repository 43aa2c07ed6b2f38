import { resolve } from 'node:path';
import { systemClock } from '../src/adapters/clock.ts';
import { startAzurite } from './azurite.ts';
import { toConsoleLine } from './console-report.ts';
import { startDemoCalls } from './demo-calls.ts';
import { createMemoryHubStore } from './durable-extension/memory-hub-store.ts';
import { installFunctionsCore } from './functions-host/functions-core.ts';
import { loadKeys } from './functions-host/keys.ts';
import { loadAppRoot } from './functions-host/load-app-root.ts';
import { createLocalHost } from './local-host.ts';
import { createSimulatedGraph } from './simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID, toStartEnvironment } from './start-environment.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './start-options.ts';

const root = resolve(import.meta.dirname, '..');
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
  process.once('SIGINT', stop).once('SIGTERM', stop);

  const azurite = await startAzurite();
  stops.push(() => azurite.stop());
  const graph = await startGraph(options, stops);
  const env = toStartEnvironment(process.env, {
    graphOrigin: graph.origin,
    connectionString: azurite.connectionString,
    speed: options.speed,
  });
  Object.assign(process.env, env);

  installFunctionsCore();
  const app = await loadAppRoot(root);
  const fileKeys = options.auth ? await loadKeys(resolve(root, '.local/keys.json')) : undefined;
  const host = createLocalHost({
    ...app,
    clock: systemClock,
    hub: createMemoryHubStore(),
    keys: fileKeys ?? 'open',
    log: (line) => {
      const text = toConsoleLine(line, new Date());
      if (text !== undefined) say(text);
    },
    onHostMessage: (message) => say(`host: ${message}`),
  });
  stops.unshift(() => host.stop());
  const origin = await host.start(options.port);
  sayWhatRuns(origin, graph.origin, azurite.port, options, fileKeys);
  if (options.demo) {
    stops.unshift(startDemoCalls(graph.simulated, `${origin}/api/notifications`, systemClock, options.speed));
  }
}

async function startGraph(options: StartOptions, stops: (() => unknown)[]) {
  const simulated = createSimulatedGraph({
    clock: systemClock,
    botAppId: process.env.BOT_APP_ID || SAMPLE_BOT_APP_ID,
    tenantId: process.env.BOT_TENANT_ID || SAMPLE_TENANT_ID,
    timeScale: options.speed,
  });
  const listener = await simulated.listen({ port: options.graphPort });
  stops.unshift(async () => {
    simulated.stop();
    await listener.close();
  });
  return { simulated, origin: listener.origin };
}

function sayWhatRuns(
  origin: string,
  graphOrigin: string,
  azuritePort: number,
  { speed, auth, demo }: StartOptions,
  keys: { readonly functionKey: string; readonly systemKeys: { readonly durabletask_extension: string } } | undefined,
): void {
  const durable = `${origin}/runtime/webhooks/durabletask/instances?instanceIdPrefix=call-`;
  say('');
  say(`App              ${origin}/api/health`);
  say(`Callback URI     ${origin}/api/notifications`);
  say(`Simulated Graph  ${graphOrigin}/control/calls`);
  say(`Table of calls   Azurite on port ${azuritePort}, in memory: gone when this stops`);
  say(`Running calls    ${durable}${keys === undefined ? '' : `&code=${keys.systemKeys.durabletask_extension}`}`);
  say(`Function key     ${keys?.functionKey ?? 'none needed (--no-auth)'}`);
  say(`Speed            ${speed}: 15 minutes take ${900 / speed} s, the 45 minutes ${2_700 / speed} s`);
  if (!auth) say('Keys are off; callback tokens are verified all the same.');
  say(`Stop with Ctrl-C.${demo ? ' Four simulated calls begin now:' : ''}`);
  say('');
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
