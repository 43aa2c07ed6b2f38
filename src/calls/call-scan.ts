import type { CallStore, StoredCall } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import { type CallRecord, OPEN_PHASES } from '../core/call-record/call-record.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { LOST_COUNT_MS, sortCallRows } from '../core/operator-views/call-page.ts';
import { type CallRow, toCallRow } from '../core/operator-views/call-row.ts';

/** All calls as they stood at one instant, the most endangered first. */
export interface ScannedCalls {
  readonly asOfMs: number;
  readonly rows: readonly CallRow[];
  /** The records of those of which the engine may know more: in danger, or being started. */
  readonly inTrouble: ReadonlyMap<CallId, CallRecord>;
}

export interface CallScan {
  /** Reads all calls, or gives what was read less than 10 s ago, or is being read. Errors: CallStoreError. */
  read(includesEnded: boolean): Promise<ScannedCalls>;
  /** Reads anew the next time: something has just been changed. */
  forget(): void;
}

export interface CallScanDependencies {
  readonly store: Pick<CallStore, 'list' | 'listPerhapsLost'>;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
  readonly timeScale: number;
}

interface KeptScan {
  atMs: number | 'underWay';
  readonly calls: Promise<ScannedCalls>;
}

const KEPT_MS = 10_000;
/** However short a simulated call's time is, a page that looks every other second must not read the table each time. */
const SMALLEST_KEPT_MS = 1_000;

/**
 * Reads the records, once for everybody who asks within 10 s: they know how each call stands, and the engine is not
 * asked. Calls that were lost within a day are read always, other ended ones only when they are asked for.
 *
 * Effects: per scan one table query, two without the ended calls.
 */
export function createCallScan({ store, clock, limits, timeScale }: CallScanDependencies): CallScan {
  const keptMs = Math.max(SMALLEST_KEPT_MS, KEPT_MS / timeScale);
  const kept = new Map<boolean, KeptScan>();

  async function scan(includesEnded: boolean): Promise<ScannedCalls> {
    const inTrouble = new Map<CallId, CallRecord>();
    const read = async (stored: AsyncIterable<StoredCall>) => {
      const rows: CallRow[] = [];
      for await (const { record } of stored) {
        const row = toCallRow({ callId: record.callId, record, instance: undefined }, clock.nowMs(), limits);
        if (row.danger !== 'none' || row.state === 'starting') inTrouble.set(record.callId, record);
        rows.push(row);
      }
      return rows;
    };
    const [rows, perhapsLost] = await Promise.all([
      read(store.list(includesEnded ? [...OPEN_PHASES, 'ended'] : OPEN_PHASES)),
      includesEnded ? [] : read(store.listPerhapsLost(clock.nowMs() - LOST_COUNT_MS)),
    ]);
    const lost = perhapsLost.filter(({ state }) => state === 'lost');
    return { asOfMs: clock.nowMs(), rows: sortCallRows([...rows, ...lost]), inTrouble };
  }

  return {
    read(includesEnded) {
      const nowMs = clock.nowMs();
      const known = kept.get(includesEnded);
      // Of many calls a scan takes seconds, and memory: who asks meanwhile must not begin another.
      if (known?.atMs === 'underWay') return known.calls;
      if (known !== undefined && nowMs >= known.atMs && nowMs - known.atMs < keptMs) return known.calls;
      const entry: KeptScan = { atMs: 'underWay', calls: scan(includesEnded) };
      kept.set(includesEnded, entry);
      entry.calls.then(
        ({ asOfMs }) => {
          entry.atMs = asOfMs;
        },
        // A failure is not kept: the next request tries again.
        () => {
          if (kept.get(includesEnded) === entry) kept.delete(includesEnded);
        },
      );
      return entry.calls;
    },
    forget: () => kept.clear(),
  };
}
