import type { TableEntity } from '@azure/data-tables';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseEntity, toEntity } from '../../src/adapters/call-entity.ts';
import { toCallView } from '../../src/core/call-record/call-view.ts';
import { anyCallRecord } from '../contract/call-record-arbitrary.ts';
import { expectNoSecretIn, FUZZ_SECRET, fuzz, quickly } from './fuzz-run.ts';

const COLUMNS = [
  ...['partitionKey', 'rowKey', 'graphCallId', 'appId', 'phase', 'firstSeenAt', 'establishedAt', 'endedAt', 'facts'],
  ...['endReason', 'resultCode', 'resultMessage', 'keepAlives', 'lastKeepAliveAt', 'nextLookAt', 'worstMarginMs'],
  ...['restarts', '__proto__', 'etag', 'timestamp'],
];
/** A row of the app in which somebody has changed some columns, and added what is none of ours. */
const anyRow = fc
  .tuple(
    anyCallRecord,
    fc.dictionary(
      fc.constantFrom(...COLUMNS),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.date({ noInvalidDate: false }),
        fc.json({ maxDepth: 2 }),
        fc.double(),
        fc.bigInt(),
        fc.constantFrom('ended', 'active', '{"subject":7}', '{"chatInfo":{}}', undefined),
      ),
      { maxKeys: 3, noNullPrototype: true },
    ),
  )
  .map(([record, changes]) => ({
    record,
    changes,
    row: { ...asRead(toEntity(record)), secret: FUZZ_SECRET, ...changes },
  }));

/** The table gives numbers back as numbers. */
function asRead(entity: TableEntity): TableEntity {
  const columns = Object.entries(entity).map(([name, value]) => [
    name,
    Object(value).type === 'Double' ? Number(Object(value).value) : value,
  ]);
  return Object.fromEntries(columns);
}

fuzz('rows are read as a record or not at all', anyRow, async ({ record, changes, row }) => {
  const parsed = await quickly(async () => parseEntity(row));
  expectNoSecretIn(parsed);
  if (Object.keys(changes).length === 0) expect(parsed.kind).toBe('record');
  if (parsed.kind !== 'record') return;
  expect(parsed.record.callId).toBe(record.callId);
  expect(() => JSON.stringify(toCallView(parsed.record))).not.toThrow();
  // What was read can be written, and read again.
  expect(parseEntity(asRead(toEntity(parsed.record)))).toEqual(parsed);
});
