import type { HistoryEvent } from './history-event.ts';
import type { RuntimeStatus } from './runtime-status.ts';

/** The status row of one instance (the Instances table of the real task hub). */
export interface InstanceRow {
  readonly instanceId: string;
  /** Names one generation: new at every start and every continueAsNew. */
  readonly executionId: string;
  readonly name: string;
  readonly version: string | null;
  readonly parentInstanceId: string | null;
  readonly runtimeStatus: RuntimeStatus;
  /** JSON text. */
  readonly inputJson: string | null;
  /** JSON text. */
  readonly customStatusJson: string | null;
  /** JSON text, or plain text for a reason or an error. */
  readonly output: string | null;
  /** Start of this generation. */
  readonly createdAtMs: number;
  readonly lastUpdatedAtMs: number;
  /** Goes up by one with each commit of this instance. */
  readonly revision: number;
}

/** A message on its way: `control` to an orchestration instance, `work` to an activity. */
export interface NewHubMessage {
  readonly queue: 'control' | 'work';
  readonly instanceId: string;
  /** The generation that it is for; null = whichever is live (raised events, terminate, suspend, resume). */
  readonly executionId: string | null;
  /** Not to be delivered before this instant. */
  readonly visibleAtMs: number;
  readonly event: HistoryEvent;
}

export interface HubMessage extends NewHubMessage {
  /** Given by the store; later messages have higher numbers. */
  readonly sequence: number;
}

/**
 * The order in which a queue gives its messages: an event that came while a timer was running comes before that timer,
 * however late both are fetched, although the timer's message was sent first.
 */
export function byVisibility(one: HubMessage, other: HubMessage): number {
  return one.visibleAtMs - other.visibleAtMs || one.sequence - other.sequence;
}

export interface InstanceChange {
  readonly row: InstanceRow;
  /** Revision of the stored row; 0 = there must be none. */
  readonly expectedRevision: number;
  /** What happens to the history: it grows, or is replaced (new generation). */
  readonly history: { readonly kind: 'append' | 'replace'; readonly entries: readonly HistoryEvent[] };
}

/** Everything that one step changes, all or nothing. */
export interface HubChange {
  readonly instances?: readonly InstanceChange[];
  /** Instance ids to forget, with their history. */
  readonly purge?: readonly string[];
  /** Sequences of messages that are done with. All must still be there. */
  readonly consume?: readonly number[];
  readonly send?: readonly NewHubMessage[];
}

/** What a commit, or an engine that went away, means for everybody who watches the store. */
export interface HubNotice {
  readonly added: readonly HubMessage[];
  readonly removed: readonly number[];
  readonly claimsReleased: boolean;
}

export interface InstanceQuery {
  readonly instanceIdPrefix?: string | undefined;
  readonly createdFromMs?: number | undefined;
  readonly createdToMs?: number | undefined;
  readonly statuses?: readonly RuntimeStatus[] | undefined;
  /** Only ids after this one. */
  readonly afterInstanceId?: string | undefined;
  readonly limit: number;
}

/**
 * Committed state of a task hub: status rows, history of each instance's current generation, undelivered messages.
 *
 * A crash loses nothing that was committed, and nothing else is needed to go on: an engine reads `load()` and
 * watches. Rows, entries and messages are immutable and may be shared between store and engine.
 */
export interface HubStore {
  /** The undelivered messages, in the order in which they become visible. */
  load(): Promise<readonly HubMessage[]>;
  readInstance(instanceId: string): Promise<InstanceRow | undefined>;
  /** History of the current generation; empty for a Pending or unknown instance. */
  readHistory(instanceId: string): Promise<readonly HistoryEvent[]>;
  /** Rows in order of instance id. */
  queryInstances(query: InstanceQuery): Promise<readonly InstanceRow[]>;
  /** Rejects with HubConflictError, and changes nothing, when a revision or a consumed message is not as expected. */
  commit(change: HubChange): Promise<void>;
  /** Calls `onNotice` after each commit. Returns the function that ends it. */
  watch(onNotice: (notice: HubNotice) => void): () => void;
  /** Takes an instance id or a work item's sequence for `owner`, as a lease or a queue's visibility timeout does. Not durable. */
  claim(key: string | number, owner: string): boolean;
  release(key: string | number, owner: string): void;
  /** Gives back everything that an engine which stopped or died had claimed. */
  releaseAll(owner: string): void;
}

/** Another engine or request was faster; read again. */
export class HubConflictError extends Error {
  readonly code = 'HubConflict';
  override readonly name = 'HubConflictError';
}
