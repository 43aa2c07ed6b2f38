import type { CallStore, RecordWriteResult } from '../../src/adapters/call-store.ts';
import type { Clock } from '../../src/adapters/clock.ts';
import type { CallPhase, CallRecord } from '../../src/core/call-record/call-record.ts';
import { createMemoryCallStore } from '../memory-call-store.ts';
import type { Journal } from './journal.ts';

/** The table itself, and what it holds at this moment. */
export interface WatchedTable extends CallStore {
  readonly records: ReadonlyMap<string, CallRecord>;
  /** When a call's record first came to say so; true time, ms since the epoch. */
  readonly firstTime: (callId: string, phase: CallPhase | 'cleanedUp') => number | undefined;
}

/** Judges every write as it happens: an ended call stays ended (g), a clean-up counts once (d). */
export function createWatchedTable(
  clock: Pick<Clock, 'nowMs'>,
  journal: Pick<Journal, 'note' | 'violate'>,
): WatchedTable {
  const inner = createMemoryCallStore();
  const records = new Map<string, CallRecord>();
  const firstTimes = new Map<string, number>();

  function take(record: CallRecord, result: RecordWriteResult): RecordWriteResult {
    if (result === 'conflict') return result;
    const { callId, phase } = record;
    const before = records.get(callId);
    if (firstTimes.has(`${callId} ended`) && phase !== 'ended') {
      journal.violate('g', callId, `its record went from ended back to ${phase}`);
    }
    for (const said of record.cleanedUpAtMs === undefined ? [phase] : [phase, 'cleanedUp']) {
      const key = `${callId} ${said}`;
      if (!firstTimes.has(key)) firstTimes.set(key, clock.nowMs());
    }
    if (before?.cleanedUpAtMs !== undefined && record.cleanedUpAtMs !== before.cleanedUpAtMs) {
      journal.violate('d', callId, 'its clean-up took effect more than once');
    }
    records.set(callId, record);
    journal.note(
      `record ${callId.slice(0, 8)} ${before?.phase ?? 'new'} -> ${phase}${record.cleanedUpAtMs === undefined ? '' : ' cleaned up'}`,
    );
    return result;
  }

  return {
    ...inner,
    records,
    firstTime: (callId, phase) => firstTimes.get(`${callId} ${phase}`),
    insert: async (record) => take(record, await inner.insert(record)),
    replace: async (record, etag) => take(record, await inner.replace(record, etag)),
    async remove(callId, etag) {
      const result = await inner.remove(callId, etag);
      if (result === 'written') records.delete(callId);
      return result;
    },
  };
}
