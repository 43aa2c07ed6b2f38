import type { CallStore, StoredCall } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableHub } from '../adapters/durable-calls.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';
import type { EventLog } from '../core/events/app-event.ts';
import { sideBySide } from './side-by-side.ts';

export interface PurgeEffects {
  readonly store: CallStore;
  readonly durable: Pick<DurableHub, 'purgeFinished'>;
  readonly clock: Clock;
  readonly log: EventLog;
  readonly callRetentionMs: number;
}

/** What one run forgot, and what it could not. */
export interface PurgeSummary {
  readonly instances: number;
  readonly records: number;
  /** Requests that failed; the next run tries again. */
  readonly failed: number;
  /** The time was up: the next run goes on. */
  readonly isComplete: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
/** One window a day: a request for all at once would run into its time limit. The run may have been missing for a month. */
const WINDOWS = 30;
const NO_NEW_WORK_AFTER_MS = 4 * 60_000;
const RECORDS_AT_ONCE = 16;

/**
 * Forgets finished instances and the records of calls that ended, or were seen and never established, longer ago than
 * the retention. An instance counts from when its last generation was created. Live instances and open calls stay.
 *
 * Errors: CallStoreError when the records cannot be listed; any other failure is logged and counted.
 * Effects: one purge per day of the past month; one list; one removal per old record, guarded by its ETag.
 * Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management#purge-instance-history
 */
export async function purgeEndedCalls(effects: PurgeEffects): Promise<PurgeSummary> {
  const { store, durable, clock, log } = effects;
  const beforeMs = clock.nowMs() - effects.callRetentionMs;
  const stopAtMs = clock.nowMs() + NO_NEW_WORK_AFTER_MS;
  const sums = { instances: 0, records: 0, failed: 0, isComplete: true };
  const attempt = async (work: () => Promise<void>, facts: { readonly callId?: string }) => {
    if (clock.nowMs() >= stopAtMs) {
      sums.isComplete = false;
      return;
    }
    try {
      await work();
    } catch (error) {
      sums.failed++;
      const problem = error instanceof Error ? error.message : 'unknown error';
      log({ event: 'purge.failed', level: 'warning', ...facts, problem });
    }
  };
  // The windows may use up the time every day, at a large hub: records first.
  await sideBySide(await oldRecords(store, beforeMs), RECORDS_AT_ONCE, ({ record: { callId }, etag }) =>
    attempt(
      async () => {
        if ((await store.remove(callId, etag)) === 'written') sums.records++;
      },
      { callId },
    ),
  );
  for (let window = 0; window < WINDOWS; window++) {
    const toMs = beforeMs - window * DAY_MS;
    await attempt(async () => {
      sums.instances += await durable.purgeFinished({ fromMs: toMs - DAY_MS, toMs });
    }, {});
  }
  return sums;
}

async function oldRecords(store: CallStore, beforeMs: number): Promise<readonly StoredCall[]> {
  const old: StoredCall[] = [];
  for await (const stored of store.list(['ended', 'observed'])) {
    if (lastInstantMs(stored.record) < beforeMs) old.push(stored);
  }
  return old;
}

function lastInstantMs(record: CallRecord): number {
  return Math.max(record.firstSeenAtMs, record.endedAtMs ?? 0, record.cleanedUpAtMs ?? 0);
}
