import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startAzurite } from './azurite.ts';
import type { HubStore } from './durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from './durable-extension/hub/memory-hub-store.ts';
import { createSqliteHubStore } from './durable-extension/hub/sqlite-hub-store.ts';
import type { StartOptions } from './start-options.ts';

/** Where a run keeps its task hub and its table of calls. */
export interface StartedStorage {
  readonly hub: HubStore;
  /** Undefined when the environment names a storage account, which is then used. */
  readonly connectionString: string | undefined;
  /** For the start-up lines. */
  readonly hubText: string;
  readonly tableText: string;
  close(): Promise<void>;
}

/**
 * Opens the task hub and starts Azurite, both in the data folder or both in memory.
 *
 * Errors: HubFileError when another process runs on the same folder; AzuriteError.
 * Effects: files in `data`; `fresh` deletes what an earlier run left there, but the keys.
 */
export async function startStorage(
  { storage, data, fresh }: Pick<StartOptions, 'storage' | 'data' | 'fresh'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StartedStorage> {
  const location = storage === 'sqlite' ? join(data, 'azurite') : undefined;
  const hub = openHub(storage, data, fresh);
  if (fresh && location !== undefined) rmSync(location, { recursive: true, force: true });
  const azurite = namesStorage(env) ? undefined : await startAzurite(location === undefined ? {} : { location });
  return {
    hub: hub.store,
    connectionString: azurite?.connectionString,
    hubText: hub.text,
    tableText: azurite === undefined ? 'as AzureWebJobsStorage says' : describeTable(azurite.port, location),
    async close() {
      await azurite?.stop();
      hub.close();
    },
  };
}

function openHub(storage: StartOptions['storage'], data: string, fresh: boolean) {
  if (storage === 'memory') {
    return { store: createMemoryHubStore(), text: 'in memory: gone when this stops', close: () => {} };
  }
  const path = join(data, 'hub.sqlite');
  if (fresh) deleteHub(path);
  const store = createSqliteHubStore({ path });
  return { store, text: `${show(path)}: survives a stop, and kill -9`, close: () => store.close() };
}

/** Opens it first: a hub that another process uses is refused, not deleted. */
function deleteHub(path: string): void {
  createSqliteHubStore({ path }).close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}

function describeTable(port: number, location: string | undefined): string {
  return `Azurite on port ${port}, ${location === undefined ? 'in memory: gone when this stops' : `in ${show(location)}`}`;
}

function namesStorage(env: Readonly<Record<string, string | undefined>>): boolean {
  return Object.entries(env).some(([name, value]) => name.startsWith('AzureWebJobsStorage') && (value ?? '') !== '');
}

/** As a person in this folder would write it. */
function show(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
