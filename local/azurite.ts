import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

export interface AzuriteOptions {
  /** Folder of its data; without one everything is in memory and gone when it stops. */
  readonly location?: string;
  /** A free one is taken when absent. */
  readonly port?: number;
  /** Of accounts beside the well-known one, with its key: each has tables of its own. */
  readonly accounts?: readonly string[];
  /** Takes its access log and messages, line by line. */
  readonly log?: (line: string) => void;
}

export interface Azurite {
  /** For Azurite's well-known account `devstoreaccount1`, table endpoint only. */
  readonly connectionString: string;
  readonly port: number;
  /** Resolves when the process has ended, its data written. */
  stop(): Promise<void>;
}

export class AzuriteError extends Error {
  readonly code = 'azuriteNotStarted';
}

/** Published with Azurite, so no secret. Source: https://github.com/Azure/Azurite#default-storage-account */
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const startTimeoutMs = 30_000;
const stopTimeoutMs = 5_000;
const folderTimeoutMs = 10_000;

/**
 * Runs inside Azurite's process: when the process that started it is gone, however it ended, Azurite closes as it does on its
 * own "shutdown" message.
 */
const endWithParent =
  "process.once('disconnect', () => { process.emit('message', 'shutdown'); setTimeout(() => process.exit(), 2000).unref(); });";

/**
 * Runs there too: the Azurite of a host that was killed a moment ago may still be writing its data. A lock that ends with
 * the process, however it ends, lets the next one wait for it.
 */
const waitForFolder = (location: string) =>
  `const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  globalThis.folderLock = new DatabaseSync(${JSON.stringify(join(location, 'in-use.sqlite'))});
  globalThis.folderLock.exec('PRAGMA busy_timeout = ${folderTimeoutMs}; BEGIN EXCLUSIVE');`;

/**
 * Starts Azurite's table service as a child process with this Node and waits until it answers.
 *
 * One at a time can use a folder: the next waits up to 10 s for its end.
 * Errors: AzuriteError, with what Azurite printed, when it ends or stays silent for 30 s.
 * Effects: one child process that ends with this one and does not keep it alive; files in `location`.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const port = options.port ?? (await freePort());
  if (options.location !== undefined) mkdirSync(options.location, { recursive: true });
  // Its access log costs as much as a part of its work, in both processes.
  const silence = options.log === undefined ? ['--silent'] : [];
  const persistence = options.location === undefined ? ['--inMemoryPersistence'] : ['--location', options.location];
  const preload = endWithParent + (options.location === undefined ? '' : waitForFolder(resolve(options.location)));
  const accounts = ['devstoreaccount1', ...(options.accounts ?? [])];
  const env = { ...process.env, AZURITE_ACCOUNTS: accounts.map((name) => `${name}:${accountKey}`).join(';') };
  const child = fork(
    createRequire(import.meta.url).resolve('azurite/dist/src/table/main.js'),
    ['--tablePort', String(port), '--disableTelemetry', '--skipApiVersionCheck', ...silence, ...persistence],
    // In its own process group: Ctrl-C reaches the host only, which still needs its store while it stops.
    {
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env,
    },
  );
  const ended = once(child, 'exit');
  await whenStarted(child, ended, options.log);
  child.unref();
  child.channel?.unref();
  return {
    connectionString: connectionString(port),
    port,
    async stop() {
      if (child.connected) child.disconnect();
      const tooLong = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      child.ref();
      await ended;
      clearTimeout(tooLong);
    },
  };
}

async function whenStarted(child: ChildProcess, ended: Promise<unknown>, log?: (line: string) => void): Promise<void> {
  const started = Promise.withResolvers<void>();
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    const lines = createInterface(stream);
    lines.on('line', (line) => {
      if (printed.length < 20) printed.push(line);
      if (line.includes('successfully started')) started.resolve();
      log?.(line);
    });
    if (stream instanceof Socket) stream.unref();
  }
  const silent = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  const failed = ended.then(() => {
    throw new AzuriteError(
      `Azurite (the table storage for local runs) did not start. It printed: ${printed.join(' | ')}`,
    );
  });
  try {
    await Promise.race([started.promise, failed]);
  } finally {
    clearTimeout(silent);
    failed.catch(() => {});
  }
}

function connectionString(port: number): string {
  const endpoint = `http://127.0.0.1:${port}/devstoreaccount1`;
  return `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${accountKey};TableEndpoint=${endpoint};`;
}
