import type { CallId } from '../core/call-record/call-id.ts';
import type { Heartbeat } from '../core/call-record/heartbeat.ts';
import type { CallStore } from './call-store.ts';
import { type Clock, timeoutSignal, unlessAborted } from './clock.ts';

/** Writes into a call's row what its keepAlives learn. */
export interface Heartbeats {
  /** Never throws, and takes 2 s at most: a write that fails is made up for by the next one. */
  record(callId: CallId, heartbeat: Heartbeat | undefined): Promise<void>;
}

export interface HeartbeatsDependencies {
  readonly store: Pick<CallStore, 'merge'>;
  readonly clock: Clock;
}

const TIMEOUT_MS = 2_000;
/** The activities of an instance are few: a table that hangs would take their time from other calls. */
const TIMEOUTS_IN_A_ROW = 3;
const SKIPPED_FOR_MS = 60_000;

/**
 * Writes heartbeats as well as it can. After three writes in a row that took their 2 s, none is tried for a minute; then
 * one more that does begins the next minute.
 *
 * Errors: none.  Effects: one merge each.
 */
export function createHeartbeats({ store, clock }: HeartbeatsDependencies): Heartbeats {
  let timeouts = 0;
  let skippedSinceMs = Number.NEGATIVE_INFINITY;
  /** A clock that was set back ends it too. */
  const isSkipping = () => Math.abs(clock.nowMs() - skippedSinceMs) < SKIPPED_FOR_MS;

  async function write(callId: CallId, heartbeat: Heartbeat): Promise<void> {
    const { signal, dispose } = timeoutSignal(clock, TIMEOUT_MS);
    try {
      await unlessAborted(store.merge(callId, heartbeat, signal), signal);
      timeouts = 0;
    } catch {
      if (!signal.aborted) return;
      timeouts++;
      if (timeouts >= TIMEOUTS_IN_A_ROW) skippedSinceMs = clock.nowMs();
    } finally {
      dispose();
    }
  }

  return {
    async record(callId, heartbeat) {
      if (heartbeat !== undefined && !isSkipping()) await write(callId, heartbeat);
    },
  };
}
