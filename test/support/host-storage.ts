import { inject } from 'vitest';
import type { HOST_ACCOUNTS } from './host-accounts.ts';

/** The setting of a host whose table of calls is in the Azurite that the whole suite shares. */
export function hostStorage(account: (typeof HOST_ACCOUNTS)[number]): { readonly AzureWebJobsStorage: string } {
  return { AzureWebJobsStorage: inject('storageConnectionString').replaceAll('devstoreaccount1', account) };
}
