import * as z from 'zod/mini';
import type { TableStorage } from '../adapters/table-storage.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';
import { guid, safeUrl } from './formats.ts';
import type { SettingReader } from './reader.ts';

/** The three forms that `@azure/data-tables` understands. */
const connectionString = z.string().check(
  z.refine((text) => {
    const names = new Set(text.split(';').map((part) => part.split('=', 1)[0]?.trim().toLowerCase()));
    return (
      /usedevelopmentstorage=true/i.test(text) ||
      (names.has('defaultendpointsprotocol') && names.has('accountname') && names.has('accountkey')) ||
      (names.has('tableendpoint') && names.has('sharedaccesssignature'))
    );
  }, 'must be the connection string of a storage account, with an account key or a shared access signature for its tables'),
);

const accountName = z
  .string()
  .check(z.regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account: 3 to 24 lower-case letters and digits'));

const managedIdentity = z.string().check(z.regex(/^managedidentity$/i, 'must be managedidentity or absent'));

/**
 * The host's own storage settings: a connection string, or else an account reached with an identity.
 *
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
export function readTableStorage(reader: SettingReader): TableStorage | undefined {
  const tableEndpoint = reader.has('AzureWebJobsStorage') ? undefined : readTableEndpoint(reader);
  if (tableEndpoint === undefined) {
    const text = reader.required(
      'AzureWebJobsStorage',
      connectionString,
      'the calls are kept in this storage account (or set AzureWebJobsStorage__accountName and use an identity)',
    );
    return text === undefined ? undefined : { kind: 'connectionString', connectionString: text };
  }
  reader.optional('AzureWebJobsStorage__credential', managedIdentity);
  const clientId = reader.optional('AzureWebJobsStorage__clientId', guid);
  return { kind: 'identity', tableEndpoint, ...(clientId === undefined ? {} : { clientId }) };
}

function readTableEndpoint(reader: SettingReader): string | undefined {
  const url = reader.optional('AzureWebJobsStorage__tableServiceUri', safeUrl);
  if (url !== undefined) return url;
  const name = reader.optional('AzureWebJobsStorage__accountName', accountName);
  return name === undefined ? undefined : `https://${name}.table.core.windows.net`;
}

/** Only host.json says it for certain, and the app does not see it: the template sets what belongs to the package. */
export function readEngineStore(reader: SettingReader): EngineStore {
  if (reader.has('DURABLE_TASK_SCHEDULER_CONNECTION_STRING')) return 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING';
  return reader.has('HubStorage__tableServiceUri') ? 'HubStorage__tableServiceUri' : 'AzureWebJobsStorage';
}
