import { type HistoryEvent, joinHistory } from '../hub/history-event.ts';

/** The history of earlier turns with its JSON, added to as it grows. */
export interface PlayedHistory {
  readonly entries: readonly HistoryEvent[];
  /** `joinHistory(entries, true)` */
  json(): string;
  add(entries: readonly HistoryEvent[]): void;
}

export function createPlayedHistory(first: readonly HistoryEvent[]): PlayedHistory {
  const entries = [...first];
  let json = '';
  let joined = 0;
  return {
    entries,
    json() {
      if (joined < entries.length) {
        const added = joinHistory(entries.slice(joined), true);
        json = json === '' ? added : `${json},${added}`;
        joined = entries.length;
      }
      return json;
    },
    add(added) {
      for (const entry of added) entries.push(entry);
    },
  };
}
