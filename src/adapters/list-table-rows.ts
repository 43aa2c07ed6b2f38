import type { TableEntityQueryOptions } from '@azure/data-tables';
import type { SendTableRequest } from './table-requests.ts';

/**
 * Pages through rows of a table. Each page is asked for on its own, so that the time limit covers one request and not the
 * caller's work between pages.
 *
 * Errors: CallStoreError, with `operation`.  Effects: one request for each page.
 */
export async function* listTableRows(
  request: SendTableRequest,
  operation: string,
  queryOptions: TableEntityQueryOptions,
) {
  let continuationToken: string | undefined;
  do {
    const from = continuationToken === undefined ? {} : { continuationToken };
    const answer = await request({ operation, refusals: [] }, (table, abortSignal) =>
      table.listEntities({ queryOptions, abortSignal }).byPage(from).next(),
    );
    if (answer.kind === 'refused' || answer.value.done === true) return;
    yield* answer.value.value;
    continuationToken = answer.value.value.continuationToken;
  } while (continuationToken !== undefined);
}
