import { TableClient, type TransactionAction } from '@azure/data-tables';
import { toEntity } from '../../src/adapters/call-entity.ts';
import { SLICES, toSliceName } from '../../src/core/reconcile/compare-progress.ts';
import { fleetRecord, fleetSlice } from './fleet.ts';

/** Of one partition, by the service's rules: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const ROWS_A_TRANSACTION = 100;

/** Makes the table `Calls` with a row for each of so many open calls that are well. */
export async function fillTable(connectionString: string, calls: number): Promise<void> {
  const table = TableClient.fromConnectionString(connectionString, 'Calls', { allowInsecureConnection: true });
  await table.createTable();
  const nowMs = Date.now();
  for (let slice = 0; slice < SLICES; slice++) {
    const rows = [...fleetSlice(toSliceName(slice), calls)].map((number) => toEntity(fleetRecord(number, nowMs)));
    while (rows.length > 0) {
      const actions = rows.splice(0, ROWS_A_TRANSACTION).map((row): TransactionAction => ['create', row]);
      await table.submitTransaction(actions);
    }
  }
}
