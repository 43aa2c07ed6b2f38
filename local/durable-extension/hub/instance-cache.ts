import type { TurnResult } from '../replay/orchestrator-turn.ts';
import { createPlayedHistory, type PlayedHistory } from '../replay/played-history.ts';
import type { HubStore, InstanceRow } from './hub-store.ts';
import { isEnded } from './runtime-status.ts';

export interface CachedInstance {
  readonly row: InstanceRow | undefined;
  readonly past: PlayedHistory;
}

type Committed = Pick<TurnResult, 'isNewGeneration' | 'entries'>;

/** Histories of live instances in the form that orchestrators get, so that a turn adds to it instead of making it anew. */
export interface InstanceCache {
  /** Checks the stored revision, so that another engine's commit is seen. */
  read(instanceId: string): Promise<CachedInstance>;
  /** Notes what was committed. */
  note(before: CachedInstance, row: InstanceRow, committed: Committed): void;
  forget(instanceId: string): void;
}

/** A bound on memory: a history's joined text is some 40 kB after 24 beats of a call, and quickly made again. */
const maxCachedInstances = 1_000;

interface LiveInstance {
  row: InstanceRow;
  readonly past: PlayedHistory;
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
      if (row === undefined) return { row, past: createPlayedHistory([]) };
      if (known?.row.revision === row.revision && known.row.executionId === row.executionId) return known;
      const fresh = { row, past: createPlayedHistory(await store.readHistory(instanceId)) };
      if (!isEnded(row.runtimeStatus)) keep(fresh);
      return fresh;
    },
    note(before, row, { isNewGeneration, entries }) {
      if (isEnded(row.runtimeStatus)) {
        cached.delete(row.instanceId);
        return;
      }
      const known = cached.get(row.instanceId);
      if (isNewGeneration) {
        keep({ row, past: createPlayedHistory(entries) });
      } else if (known !== undefined && known === before) {
        known.past.add(entries);
        known.row = row;
        keep(known);
      } else {
        cached.delete(row.instanceId);
      }
    },
    forget: (instanceId) => void cached.delete(instanceId),
  };
}
