import type { TableClient, TableServiceClientOptions } from '@azure/data-tables';

/** The storage account of the table of calls, as the AzureWebJobsStorage settings name it. */
export type TableStorage =
  | { readonly kind: 'connectionString'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      /** For example `https://account.table.core.windows.net`. */
      readonly tableEndpoint: string;
      /** Of a user-assigned managed identity. Without one: whoever runs the app (system-assigned identity, developer). */
      readonly clientId?: string;
    };

/** Quick, for a notification waits meanwhile; the default is 3 retries with up to 64 s in between. */
const retryOptions: NonNullable<TableServiceClientOptions['retryOptions']> = {
  maxRetries: 2,
  retryDelayInMs: 200,
  maxRetryDelayInMs: 1000,
};

/**
 * Makes the client of one table. Nothing is sent yet.
 *
 * Shape: storage, table name → the SDK's client. Errors: those of the SDK when the connection string is malformed.
 * Effects: loads `@azure/data-tables` (110 to 200 ms, hence not at start-up), and for an identity `@azure/identity`.
 */
export async function openTable(storage: TableStorage, tableName: string): Promise<TableClient> {
  const { TableClient } = await import('@azure/data-tables');
  switch (storage.kind) {
    case 'connectionString':
      return TableClient.fromConnectionString(storage.connectionString, tableName, {
        retryOptions,
        // Azurite speaks http; whether the account does is written in the connection string, with its key.
        allowInsecureConnection: true,
      });
    case 'identity': {
      const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
      const credential =
        storage.clientId === undefined
          ? new DefaultAzureCredential()
          : new ManagedIdentityCredential({ clientId: storage.clientId });
      return new TableClient(storage.tableEndpoint, tableName, credential, { retryOptions });
    }
  }
}
