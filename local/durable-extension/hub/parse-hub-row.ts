import type { SQLOutputValue } from 'node:sqlite';
import type { HistoryEvent } from './history-event.ts';
import type { HubMessage, InstanceRow } from './hub-store.ts';

/** Columns as SQLite gives them. The strict tables vouch for their types, and the store alone writes them. */
type Columns = Readonly<Record<string, SQLOutputValue>>;

export function parseInstanceRow(columns: Columns): InstanceRow {
  return { ...columns } as unknown as InstanceRow;
}

export function parseHubMessage({ eventJson, ...columns }: Columns): HubMessage {
  return { ...columns, event: JSON.parse(String(eventJson)) } as unknown as HubMessage;
}

export function parseHistoryEntry({ json }: Columns): HistoryEvent {
  return JSON.parse(String(json));
}
