import { type HistoryEvent, joinHistory } from './history-event.ts';

/** An event as durable-functions has it once it has read its JSON: with a Date. */
export type ReadEvent = Omit<HistoryEvent, 'Timestamp'> & { readonly Timestamp: Date; readonly IsPlayed: boolean };

/** The history of earlier turns, and the two forms in which an orchestrator can get it, added to as it grows. */
export interface PlayedHistory {
  readonly entries: readonly HistoryEvent[];
  /** `joinHistory(entries, true)` */
  json(): string;
  /** What comes of parsing that. */
  read(): readonly ReadEvent[];
  add(entries: readonly HistoryEvent[]): void;
}

export function createPlayedHistory(first: readonly HistoryEvent[]): PlayedHistory {
  const entries = [...first];
  const read: ReadEvent[] = [];
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
    read() {
      for (const event of entries.slice(read.length)) read.push(readEvent(event, true));
      return read;
    },
    add(added) {
      for (const entry of added) entries.push(entry);
    },
  };
}

/** Frozen, for it is shared between turns: whoever writes to it learns so. */
export function readEvent(event: HistoryEvent, isPlayed: boolean): ReadEvent {
  return Object.freeze({ ...event, Timestamp: new Date(event.Timestamp), IsPlayed: isPlayed });
}
