import { writeSync } from 'node:fs';
import { EventType } from '../../../../local/durable-extension/hub/history-event.ts';
import { createSqliteHubStore } from '../../../../local/durable-extension/hub/sqlite-hub-store.ts';
import { instanceRow } from '../../../support/instance-row.ts';

/**
 * Commits to the hub file of the first argument until it is killed, from the number of the second argument on. Commit n
 * makes instance n and a message to it; n is printed once that was acknowledged.
 */
const [path = '', first = '0'] = process.argv.slice(2);
const store = createSqliteHubStore({ path });
const AT_ONCE = 5;
let next = Number(first);

async function commitForever(): Promise<never> {
  for (;;) {
    const number = next++;
    const instanceId = String(number);
    const Timestamp = '2026-01-01T00:00:00.000Z';
    const event = { EventType: EventType.EventRaised, EventId: -1, Timestamp, Name: 'x', Input: 'null' } as const;
    await store.commit({
      instances: [{ row: instanceRow(instanceId), expectedRevision: 0, history: { kind: 'append', entries: [] } }],
      send: [{ queue: 'control', instanceId, executionId: null, visibleAtMs: 0, event }],
    });
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, commitForever));
