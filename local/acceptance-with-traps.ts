import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runAcceptance } from '../acceptance/run-acceptance.ts';
import { startAzurite } from './azurite.ts';
import { startProcess } from './chaos/child-process.ts';
import { freePort } from './free-port.ts';

// npm run acceptance:traps: each check, none skipped, in real time, on a local host with all delays of the real extension.
const KEEPALIVE_INTERVAL_SECONDS = 20;
/** Each step of a call waits until its queue is looked at, every 10 s. */
const PATIENCE_SECONDS = 300;

const folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
const webhookSecret = `whsec_${randomBytes(24).toString('base64')}`;
const azurite = await startAzurite();
const [appPort, graphPort, botPort, webhookPort] = [
  await freePort(),
  await freePort(),
  await freePort(),
  await freePort(),
];
const storageProxy = { port: await freePort(), target: azurite.port };
const host = await startHost();
const exitCode = await runAcceptance(
  {
    url: `http://127.0.0.1:${appPort}`,
    graph: `http://127.0.0.1:${graphPort}`,
    keys: join(folder, 'keys.json'),
    botPort,
    webhookPort,
    webhookSecret,
    storageProxy,
    slowSeconds: 60,
    patienceSeconds: PATIENCE_SECONDS,
    only: process.argv[2],
  },
  (line) => console.log(line),
);
await host.kill();
await azurite.stop();
if (exitCode === 0) rmSync(folder, { recursive: true });
else console.log(`What the host said: ${join(folder, 'host.log')}`);
process.exitCode = exitCode;

/** Resolves when it serves. Errors: Error when it ends before; what it printed is in the log then. */
async function startHost() {
  const started = Promise.withResolvers<void>();
  const log = join(folder, 'host.log');
  const child = startProcess(
    [
      ...[resolve(import.meta.dirname, 'start.ts'), '--no-demo', '--speed', '1', '--traps', 'all', '--data', folder],
      ...['--port', String(appPort), '--graph-port', String(graphPort)],
      ...['--relay', `http://127.0.0.1:${botPort}/api/calls`],
    ],
    {
      AzureWebJobsStorage: azurite.connectionString.replace(`:${azurite.port}/`, `:${storageProxy.port}/`),
      KEEPALIVE_INTERVAL_SECONDS: String(KEEPALIVE_INTERVAL_SECONDS),
      CALL_ENDED_WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/ended`,
      CALL_ENDED_WEBHOOK_SECRET: webhookSecret,
    },
    (line) => {
      appendFileSync(log, `${line}\n`);
      if (line.startsWith('Stop with Ctrl-C')) started.resolve();
    },
  );
  void child.ended.then(() => started.reject(new Error(`The local host did not start: ${log}`)));
  await started.promise;
  return child;
}
