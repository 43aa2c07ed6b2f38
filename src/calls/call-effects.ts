import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import type { EventLog } from '../core/events/app-event.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';

/** What the effects on a call need: the table, the engine, the time, and where to report. */
export interface CallEffects {
  readonly store: CallStore;
  readonly durable: DurableCalls;
  readonly clock: Clock;
  readonly log: EventLog;
  /** The limits for calls that start now. */
  readonly limits: KeepaliveLimits;
  /** The tenant of calls for which no other is known. */
  readonly homeTenantId: string;
}
