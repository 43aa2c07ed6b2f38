import type { TestProject } from 'vitest/node';
import { startAzurite } from '../../local/azurite.ts';
import { HOST_ACCOUNTS } from './host-accounts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the Azurite that the whole suite shares: `inject('storageConnectionString')`. Use a table of your own. */
    readonly storageConnectionString: string;
  }
}

/** One Azurite in memory for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite({ accounts: HOST_ACCOUNTS });
  project.provide('storageConnectionString', azurite.connectionString);
  return azurite.stop;
}
