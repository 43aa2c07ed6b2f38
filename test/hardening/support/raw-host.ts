// Run as a process of its own: the app on a local host that prints every line of its log as it is, stack traces too.

import { installFunctionsCore } from '../../../local/functions-host/functions-core.ts';
import { loadAppRoot } from '../../../local/functions-host/load-app-root.ts';
import { createLocalHost } from '../../../local/local-host.ts';
import { createSimulatedGraph } from '../../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID, toStartEnvironment } from '../../../local/start-environment.ts';
import { startStorage } from '../../../local/start-storage.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { REPOSITORY } from '../../support/repository.ts';
import type { RawHostAddress } from './start-raw-host.ts';

const keys = {
  masterKey: 'master-key-of-this-test',
  functionKey: 'function-key-of-this-test',
  systemKeys: { durabletask_extension: 'durable-key-of-this-test' },
};

const storage = await startStorage({ storage: 'memory', data: '', fresh: false }, process.env);
const graph = createSimulatedGraph({ clock: systemClock, botAppId: SAMPLE_BOT_APP_ID, tenantId: SAMPLE_TENANT_ID });
const listener = await graph.listen({ port: 0 });
const { connectionString } = storage;
Object.assign(
  process.env,
  toStartEnvironment(process.env, { graphOrigin: listener.origin, connectionString, speed: 1 }),
);
installFunctionsCore();
const host = createLocalHost({
  ...(await loadAppRoot(REPOSITORY)),
  clock: systemClock,
  hub: storage.hub,
  keys,
  log: ({ functionName, level, message }) => process.stdout.write(`${functionName} ${level} ${message}\n`),
  onHostMessage: (message) => process.stdout.write(`host ${message}\n`),
});
const address: RawHostAddress = {
  origin: await host.start(0),
  graphOrigin: listener.origin,
  functionKey: keys.functionKey,
  masterKey: keys.masterKey,
  durableKey: keys.systemKeys.durabletask_extension,
};
process.stdout.write(`ready ${JSON.stringify(address)}\n`);

/** Whoever started this closes its end, or is gone. */
process.stdin.resume().once('end', async () => {
  await host.stop();
  graph.stop();
  await listener.close();
  await storage.close();
  process.exit(0);
});
