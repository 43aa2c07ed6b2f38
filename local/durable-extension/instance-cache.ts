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

/** A bound on memory: a history's joined text is some 40 kB after 24 beats of a call, and quickly made again. */
const maxCachedInstances = 1_000;

interface LiveInstance {
  row: InstanceRow;
  readonly past: HistoryEntry[];
  pastJson: string;
}

export function createInstanceCache(store: HubStore): InstanceCache {
  const cached = new Map<string, LiveInstance>();

  /** Keeps the most recently used ones; a Map is ordered by insertion. */
  function keep(instance: LiveInstance): void {
    cached.delete(instance.row.instanceId);
    cached.set(instance.row.instanceId, instance);
    if (cached.size <= maxCachedInstances) return;
    for (const oldest of cached.keys()) {
      cached.delete(oldest);
      return;
    }
  }

  return {
    async read(instanceId) {
      const row = await store.readInstance(instanceId);
      const known = cached.get(instanceId);
      if (row === undefined) return { row, past: [], pastJson: '' };
      if (known?.row.revision === row.revision && known.row.executionId === row.executionId) return known;
      const past = [...(await store.readHistory(instanceId))];
      const fresh = { row, past, pastJson: joinHistory(past, true) };
      if (!isEnded(row.runtimeStatus)) keep(fresh);
      return fresh;
    },
    note(before, row, isNewGeneration, entries) {
      if (isEnded(row.runtimeStatus)) {
        cached.delete(row.instanceId);
        return;
      }
      const added = joinHistory(entries, true);
      const known = cached.get(row.instanceId);
      if (isNewGeneration) {
        keep({ row, past: [...entries], pastJson: added });
      } else if (known !== undefined && known === before) {
        for (const entry of entries) known.past.push(entry);
        known.pastJson += `,${added}`;
        known.row = row;
        keep(known);
      } else {
        cached.delete(row.instanceId);
      }
    },
    forget: (instanceId) => void cached.delete(instanceId),
  };
}
