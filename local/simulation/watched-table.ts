import type { CallStore, RecordWriteResult } from '../../src/adapters/call-store.ts';
import type { Clock } from '../../src/adapters/clock.ts';
import type { CallId } from '../../src/core/call-record/call-id.ts';
import type { CallPhase, CallRecord } from '../../src/core/call-record/call-record.ts';
import { createMemoryCallStore } from '../memory-call-store.ts';
import type { Journal } from './journal.ts';

/** The table itself, and what it holds at this moment. */
export interface WatchedTable extends CallStore {
  readonly records: ReadonlyMap<string, CallRecord>;
  /** Writes the record as the release before would, side by side with this one during an update: without what it does not know. */
  readonly rewriteAsOlderRelease: (callId: CallId) => Promise<void>;
  /** How many runs of the call have ended after it was established: an operator may register it again. */
  readonly endedRuns: (callId: string) => number;
  /** When a call's record first came to say so, or to be there at all; true time, ms since the epoch. */
  readonly firstTime: (callId: string, phase?: CallPhase | 'cleanedUp') => number | undefined;
}

/** Judges every write as it happens: an ended call stays ended (g), a clean-up counts once (d). */
export function createWatchedTable(
  clock: Pick<Clock, 'nowMs'>,
  journal: Pick<Journal, 'note' | 'violate' | 'operated'>,
  judge: (before: CallRecord | undefined, after: CallRecord) => void,
): WatchedTable {
  const inner = createMemoryCallStore();
  const records = new Map<string, CallRecord>();
  const firstTimes = new Map<string, number>();
  const runs = new Set<string>();
  /** Only an operator may bring back what has ended. */
  const isRegistered = (callId: string) =>
    journal.operated.some(
      (one) => one.callId === callId && one.kind === 'registered' && one.interval.toMs >= clock.nowMs(),
    );

  function take(record: CallRecord, result: RecordWriteResult): RecordWriteResult {
    if (result === 'conflict') return result;
    const { callId, phase } = record;
    const before = records.get(callId);
    const mayComeBack = before?.endReason !== 'terminated' && isRegistered(callId);
    if (before?.phase === 'ended' && phase !== 'ended' && !mayComeBack) {
      journal.violate('g', callId, `its record went from ended back to ${phase}`);
    }
    // Of a call that was never established no webhook is told.
    if (phase === 'ended' && record.establishedAtMs !== undefined) runs.add(`${callId} ${record.establishedAtMs}`);
    if (!firstTimes.has(callId)) firstTimes.set(callId, clock.nowMs());
    for (const said of record.cleanedUpAtMs === undefined ? [phase] : [phase, 'cleanedUp']) {
      const key = `${callId} ${said}`;
      if (!firstTimes.has(key)) firstTimes.set(key, clock.nowMs());
    }
    const isSameRun = record.establishedAtMs === before?.establishedAtMs;
    if (isSameRun && before?.cleanedUpAtMs !== undefined && record.cleanedUpAtMs !== before.cleanedUpAtMs) {
      journal.violate('d', callId, 'its clean-up took effect more than once');
    }
    judge(before, record);
    records.set(callId, record);
    journal.note(
      `record ${callId.slice(0, 8)} ${before?.phase ?? 'new'} -> ${phase}${record.cleanedUpAtMs === undefined ? '' : ' cleaned up'}`,
    );
    return result;
  }

  return {
    ...inner,
    records,
    firstTime: (callId, phase) => firstTimes.get(phase === undefined ? callId : `${callId} ${phase}`),
    async rewriteAsOlderRelease(callId) {
      const stored = await inner.read(callId);
      if (stored === undefined || stored.record.phase === 'ended') return;
      const { nextLookAtMs, lastFailureAtMs, lastFailureReason, failures, otherKeepAlives, ...known } = stored.record;
      const written = await inner.replace(known, stored.etag);
      take(known, written);
      journal.note(`the release before rewrites the record ${callId.slice(0, 8)}`);
    },
    endedRuns: (callId) => [...runs].filter((run) => run.startsWith(callId)).length,
    async merge(callId, heartbeat, options) {
      const result = await inner.merge(callId, heartbeat, options);
      const stored = await inner.read(callId);
      if (typeof result === 'object' && stored !== undefined) take(stored.record, stored);
      return result;
    },
    insert: async (record) => take(record, await inner.insert(record)),
    replace: async (record, etag) => take(record, await inner.replace(record, etag)),
    async remove(callId, etag) {
      const result = await inner.remove(callId, etag);
      if (result === 'written') records.delete(callId);
      return result;
    },
  };
}
