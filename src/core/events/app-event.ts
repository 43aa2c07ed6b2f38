import type { EVENTS } from './event-catalog.ts';

type Catalog = typeof EVENTS;

export type AppEventName = keyof Catalog;

interface Values {
  readonly text: string;
  readonly number: number;
  readonly flag: boolean;
}

type Required<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends keyof Values ? Name : never]: Fields[Name] extends keyof Values
    ? Values[Fields[Name]]
    : never;
};

type Optional<Fields> = {
  readonly [Name in keyof Fields as Fields[Name] extends keyof Values ? never : Name]?:
    | (Fields[Name] extends `${infer Type extends keyof Values}?` ? Values[Type] : never)
    | undefined;
};

/** The ids of the notification in whose handling the event was written, as its headers tell them. */
export interface NotificationIds {
  readonly scenarioId?: string | undefined;
  readonly messageId?: string | undefined;
}

/** One event with the fields that the catalog names. */
export type Described<Name extends AppEventName> = {
  readonly event: Name;
  readonly level: Catalog[Name]['levels'][number];
} & Required<Catalog[Name]['fields']> &
  Optional<Catalog[Name]['fields']> &
  NotificationIds;

/**
 * The facts the app reports, one structured log line each, written once (never on replay). Field values are what a log
 * query can work with; texts from outside are already bounded. Never a token, never a body.
 */
export type AppEvent = { readonly [Name in AppEventName]: Described<Name> }[AppEventName];

/** Where events go. */
export type EventLog = (event: AppEvent) => void;
