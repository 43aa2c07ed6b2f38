import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAzurite } from '../../../local/azurite.ts';
import { freePort } from '../../../local/free-port.ts';
import type { Candidate, LaunchContext, Running } from '../candidate.ts';
import { answers, startNode, until } from '../child.ts';
import { childrenOf } from '../processes.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** As `npm start` runs it: the built app, real durable-functions, hub in SQLite, table of calls in Azurite. */
export const localHost: Candidate = {
  name: 'local host (SQLite + Azurite)',
  notes: "the product's app on its local host: token verified, table of calls in Azurite and hub in SQLite before 202",
  debian: [],
  version: describeVersion,
  async launch(context) {
    const azurite = await startAzurite({ location: join(context.folder, 'azurite') });
    const pids = childrenOf(process.pid, String(azurite.port));
    return startHost(context, azurite.connectionString, pids, () => azurite.stop());
  },
};

/** What the engine alone can take: the table answers at once from the measuring process and costs nothing. */
export const localHostWithoutTable = (tableConnection: string): Candidate => ({
  ...localHost,
  name: 'local host (SQLite, table stubbed)',
  notes: 'the same, but the table of calls is a stub in memory: what the hub alone makes durable before 202',
  scope: 'ingest',
  launch: (context) => startHost(context, tableConnection, [], async () => {}),
});

async function startHost(
  { folder, targetOrigin, beatMs, token }: LaunchContext,
  table: string,
  azuritePids: readonly number[],
  stopTable: () => Promise<void>,
): Promise<Running> {
  const app = copyApp(folder);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = join(folder, 'host.log');
  const flags = ['--no-demo', '--no-auth', '--speed', '1', '--data', folder, '--port', String(port), '--app', app];
  const settings = {
    GRAPH_BASE_URL: `${targetOrigin}/v1.0`,
    KEEPALIVE_INTERVAL_SECONDS: String(beatMs / 1_000),
    AzureWebJobsStorage: table,
  };
  const start = () => startNode(join(REPOSITORY, 'local/start.ts'), settings, log, flags);
  let host = start();
  await until('The local host', answers(`${origin}/api/dashboard`), 60_000, log);
  const notify = (state: string, changeType: string) => (callId: string) => ({
    method: 'POST' as const,
    url: `${origin}/api/notifications`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}` },
    body: toBody(callId, state, changeType),
  });
  return {
    established: notify('established', 'updated'),
    ended: notify('terminated', 'deleted'),
    roots: () => [host.pid, ...azuritePids],
    async killWorker() {
      await host.kill('SIGKILL');
      host = start();
    },
    async stop() {
      await host.kill('SIGKILL');
      await stopTable();
    },
  };
}

function toBody(callId: string, state: string, changeType: string): string {
  const resource = `/app/calls/${callId}`;
  const resourceData = { '@odata.type': '#microsoft.graph.call', state, direction: 'outgoing' };
  const entry = { '@odata.type': '#microsoft.graph.commsNotification', changeType, resource, resourceData };
  return JSON.stringify({ '@odata.type': '#microsoft.graph.commsNotifications', value: [entry] });
}

/** A copy: a build that runs meanwhile must not pull the app from under a host that is started again. */
function copyApp(folder: string): string {
  const app = join(folder, 'app');
  mkdirSync(join(app, 'dist'), { recursive: true });
  for (const name of ['host.json', 'package.json', 'dist/main.js', 'dist/parts']) {
    cpSync(join(REPOSITORY, name), join(app, name), { recursive: true });
  }
  return app;
}

function describeVersion(): string {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const builtAt = statSync(join(REPOSITORY, 'dist/main.js')).mtime.toISOString().slice(0, 16);
  if (!readdirSync(join(REPOSITORY, 'dist')).includes('parts')) throw new Error('Build the app first: npm run build.');
  return `${version}, built ${builtAt}Z`;
}
