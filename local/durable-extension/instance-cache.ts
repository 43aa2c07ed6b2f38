import { type HistoryEntry, joinHistory } from './history-event.ts';
import type { HubStore, InstanceRow } from './hub-store.ts';
import { isEnded } from './runtime-status.ts';

export interface CachedInstance {
  readonly row: InstanceRow | undefined;
  readonly past: readonly HistoryEntry[];
  /** joinHistory(past, true) */
  readonly pastJson: string;
}

/** Histories of live instances with their joined JSON, so that a turn adds to it instead of building it anew. */
export interface InstanceCache {
  /** Checks the stored revision, so that another engine's commit is seen. */
  read(instanceId: string): Promise<CachedInstance>;
  /** Notes what was committed. */
  note(before: CachedInstance, row: InstanceRow, isNewGeneration: boolean, entries: readonly HistoryEntry[]): void;
  forget(instanceId: string): void;
}

export function createInstanceCache(store: HubStore): InstanceCache {
  const cached = new Map<string, { row: InstanceRow; past: HistoryEntry[]; pastJson: string }>();

  return {
    async read(instanceId) {
      const row = await store.readInstance(instanceId);
      const known = cached.get(instanceId);
      if (row === undefined) return { row, past: [], pastJson: '' };
      if (known?.row.revision === row.revision && known.row.executionId === row.executionId) return known;
      const past = [...(await store.readHistory(instanceId))];
      const fresh = { row, past, pastJson: joinHistory(past, true) };
      if (!isEnded(row.runtimeStatus)) cached.set(instanceId, fresh);
      return fresh;
    },
    note(before, row, isNewGeneration, entries) {
      if (isEnded(row.runtimeStatus)) {
        cached.delete(row.instanceId);
        return;
      }
      const added = joinHistory(entries, true);
      const known = cached.get(row.instanceId);
      if (isNewGeneration || known === undefined || known !== before) {
        if (isNewGeneration) cached.set(row.instanceId, { row, past: [...entries], pastJson: added });
        else cached.delete(row.instanceId);
        return;
      }
      for (const entry of entries) known.past.push(entry);
      known.pastJson += `,${added}`;
      known.row = row;
    },
    forget: (instanceId) => void cached.delete(instanceId),
  };
}
