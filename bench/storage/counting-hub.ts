import { EventType, type HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';
import type { HubStore } from '../../local/durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from '../../local/durable-extension/hub/memory-hub-store.ts';

/**
 * A task hub that tells the bytes of text which the app hands to the engine: inputs, results and events with the message
 * that carries them, custom status and output with each turn's row, as extension 3.19 writes them.
 */
export function createCountingHub(onBytes: (bytes: number) => void): HubStore {
  const hub = createMemoryHubStore();
  return {
    ...hub,
    async commit(change) {
      await hub.commit(change);
      const sent = (change.send ?? []).map(({ event }) => textOf(event));
      const rows = (change.instances ?? []).flatMap(({ row }) => [row.customStatusJson, row.output]);
      onBytes([...sent, ...rows].reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ''), 0));
    },
  };
}

function textOf(event: HistoryEvent): string | null {
  switch (event.EventType) {
    case EventType.ExecutionStarted:
    case EventType.TaskScheduled:
    case EventType.EventRaised:
      return event.Input;
    case EventType.TaskCompleted:
      return event.Result;
    default:
      return null;
  }
}
