import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallLife, CallState, Transition } from './call-life.ts';

/** One keepAlive that reached the simulated Graph for a call that it knows. */
export interface KeepAliveRecord {
  readonly atMs: number;
  /** The status it was answered with; undefined when it got no answer (reset, or never). */
  readonly status: number | undefined;
  readonly requestId: string;
  /** Since the last success before it, or the start of the call. */
  readonly sinceLastSuccessMs: number;
  /** How much that is beyond the 15 minutes that Graph recommends; 0 when in time. */
  readonly lateMs: number;
}

/** One notification: from `pending` to one of the other outcomes. `atMs` is when it was due. */
export interface NotificationRecord {
  readonly atMs: number;
  readonly messageId: string;
  /** The state it told of; undefined for a body given by hand. */
  readonly state: CallState | undefined;
  outcome: 'pending' | 'delivered' | 'failed' | 'lost';
  /** The receiver's status, once delivered. */
  status?: number;
  /** Why it could not be delivered. */
  error?: string;
}

/** A call as the simulated Graph keeps it. */
export interface SimulatedCall {
  readonly facts: CallFacts;
  /** An answer may name another one for the rest of the call. */
  callbackUri: string;
  life: CallLife;
  /** Who is in it, by the id of the endpoint. */
  readonly participants: Map<string, PlainObject>;
  readonly transitions: Transition[];
  readonly keepAlives: KeepAliveRecord[];
  readonly notifications: NotificationRecord[];
  /** Ends when every notification so far is delivered: those of one call go out one after the other. */
  deliveries: Promise<void>;
  alarm: { readonly atMs: number; readonly cancel: () => void } | undefined;
}
