import type { HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';

/**
 * The complete history of one instance as the engine wrote it, generation by generation: each ends with
 * `ContinueAsNew`, the last one with `ExecutionCompleted`.
 */
export interface GoldenHistory {
  readonly orchestratorVersion: string;
  readonly about: string;
  readonly instanceId: string;
  readonly generations: ReadonlyArray<readonly HistoryEvent[]>;
}
