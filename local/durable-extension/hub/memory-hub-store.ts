import type { HistoryEvent } from './history-event.ts';
import {
  byVisibility,
  type HubChange,
  HubConflictError,
  type HubMessage,
  type HubStore,
  type InstanceQuery,
  type InstanceRow,
} from './hub-store.ts';
import { createHubWatch } from './hub-watch.ts';

interface StoredInstance {
  readonly row: InstanceRow;
  readonly history: readonly HistoryEvent[];
}

function matches(row: InstanceRow, query: InstanceQuery): boolean {
  return (
    (query.instanceIdPrefix === undefined || row.instanceId.startsWith(query.instanceIdPrefix)) &&
    (query.createdFromMs === undefined || row.createdAtMs >= query.createdFromMs) &&
    (query.createdToMs === undefined || row.createdAtMs <= query.createdToMs) &&
    (query.afterInstanceId === undefined || row.instanceId > query.afterInstanceId) &&
    (query.statuses === undefined || query.statuses.includes(row.runtimeStatus))
  );
}

/** Keeps the task hub in memory; it outlives engines, so it also plays the disk in crash simulations. */
export function createMemoryHubStore(): HubStore {
  const instances = new Map<string, StoredInstance>();
  const messages = new Map<number, HubMessage>();
  const { notify, ...watch } = createHubWatch();
  let sequence = 0;

  function assertCurrent(change: HubChange): void {
    for (const { row, expectedRevision } of change.instances ?? []) {
      const revision = instances.get(row.instanceId)?.row.revision ?? 0;
      if (revision === expectedRevision) continue;
      throw new HubConflictError(
        `instance '${row.instanceId}' is at revision ${revision}, not ${expectedRevision}; read it again`,
      );
    }
    for (const consumed of change.consume ?? []) {
      if (!messages.has(consumed)) throw new HubConflictError(`message ${consumed} was already delivered; drop it`);
    }
  }

  function applyInstances(change: HubChange): void {
    for (const { row, history } of change.instances ?? []) {
      const kept = history.kind === 'append' ? (instances.get(row.instanceId)?.history ?? []) : [];
      instances.set(row.instanceId, { row, history: [...kept, ...history.entries] });
    }
    for (const instanceId of change.purge ?? []) instances.delete(instanceId);
  }

  return {
    ...watch,
    load: async () => [...messages.values()].sort(byVisibility),
    readInstance: async (instanceId) => instances.get(instanceId)?.row,
    readHistory: async (instanceId) => instances.get(instanceId)?.history ?? [],
    async queryInstances(query) {
      return [...instances.values()]
        .map(({ row }) => row)
        .filter((row) => matches(row, query))
        .toSorted((one, other) => (one.instanceId < other.instanceId ? -1 : 1))
        .slice(0, query.limit);
    },
    async commit(change) {
      assertCurrent(change);
      applyInstances(change);
      for (const consumed of change.consume ?? []) messages.delete(consumed);
      const added = (change.send ?? []).map((message): HubMessage => ({ ...message, sequence: ++sequence }));
      for (const message of added) messages.set(message.sequence, message);
      notify({ added, removed: change.consume ?? [], claimsReleased: false });
    },
  };
}
