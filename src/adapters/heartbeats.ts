import type { CallId } from '../core/call-record/call-id.ts';
import { type Heartbeat, lastKeepAliveMs } from '../core/call-record/heartbeat.ts';
import type { CallStore } from './call-store.ts';
import { type Clock, timeoutSignal, unlessAborted } from './clock.ts';

/** Writes into a call's row what its keepAlives learn, and reads it. */
export interface Heartbeats {
  /** Never throws, and takes 2 s at most: a write that fails is made up for by the next one. */
  record(callId: CallId, heartbeat: Heartbeat | undefined): Promise<void>;
  /**
   * The last success that the row knows of, whoever obtained it, in ms since the epoch; undefined when it knows none, or
   * does not tell within 2 s. Never throws.
   */
  lastSuccessMs(callId: CallId): Promise<number | undefined>;
  /** The tenant that the row names besides the first, else that one; undefined as of `lastSuccessMs`. Never throws. */
  namedTenantId(callId: CallId): Promise<string | undefined>;
}

export interface HeartbeatsDependencies {
  readonly store: Pick<CallStore, 'merge' | 'read'>;
  readonly clock: Clock;
}

const TIMEOUT_MS = 2_000;
/** The activities of an instance are few: a table that hangs would take their time from other calls. */
const TIMEOUTS_IN_A_ROW = 3;
const SKIPPED_FOR_MS = 60_000;

/**
 * Writes and reads as well as it can. After three requests in a row that took their 2 s, none is tried for a minute; then
 * one more that does begins the next minute.
 *
 * Errors: none.  Effects: one merge or one read each.
 */
export function createHeartbeats({ store, clock }: HeartbeatsDependencies): Heartbeats {
  let timeouts = 0;
  let skippedSinceMs = Number.NEGATIVE_INFINITY;
  /** A clock that was set back ends it too. */
  const isSkipping = () => Math.abs(clock.nowMs() - skippedSinceMs) < SKIPPED_FOR_MS;

  async function ask<Answer>(request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer | undefined> {
    if (isSkipping()) return undefined;
    const { signal, dispose } = timeoutSignal(clock, TIMEOUT_MS);
    try {
      const answer = await unlessAborted(request(signal), signal);
      timeouts = 0;
      return answer;
    } catch {
      if (!signal.aborted) return undefined;
      timeouts++;
      if (timeouts >= TIMEOUTS_IN_A_ROW) skippedSinceMs = clock.nowMs();
      return undefined;
    } finally {
      dispose();
    }
  }

  return {
    async record(callId, heartbeat) {
      if (heartbeat !== undefined) await ask((signal) => store.merge(callId, heartbeat, { signal }));
    },
    async lastSuccessMs(callId) {
      const stored = await ask(() => store.read(callId));
      return stored && lastKeepAliveMs(stored.record);
    },
    async namedTenantId(callId) {
      const stored = await ask(() => store.read(callId));
      return stored?.record.facts.namedTenantId ?? stored?.record.facts.tenantId;
    },
  };
}
