import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableHub } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import type { CallPhase, CallRecord } from '../core/call-record/call-record.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { sortCallRows } from '../core/operator-views/call-page.ts';
import { type CallRow, toCallRow } from '../core/operator-views/call-row.ts';
import { parseInstanceView } from '../core/operator-views/instance-view.ts';

/** All calls as they stood at one instant, the most endangered first. */
export interface ScannedCalls {
  readonly asOfMs: number;
  readonly rows: readonly CallRow[];
}

export interface CallScan {
  /** Reads all calls, or gives what was read less than 10 s ago. Errors: CallStoreError, DurableCallsError. */
  read(durable: Pick<DurableHub, 'listLive'>, includesEnded: boolean): Promise<ScannedCalls>;
  /** Reads anew the next time: something has just been changed. */
  forget(): void;
}

export interface CallScanDependencies {
  readonly store: Pick<CallStore, 'list'>;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
  readonly timeScale: number;
}

const KEPT_MS = 10_000;
/** However short a simulated call's time is, a page that looks every other second must not read the table each time. */
const SMALLEST_KEPT_MS = 1_000;
const OPEN: readonly CallPhase[] = ['observed', 'starting', 'active'];

/**
 * Reads records and running instances side by side, once for everybody who asks within 10 s. Ended calls are read only
 * when they are asked for.
 *
 * Effects: per scan one table query, and one question to the engine per 100 instances.
 */
export function createCallScan({ store, clock, limits, timeScale }: CallScanDependencies): CallScan {
  const keptMs = Math.max(SMALLEST_KEPT_MS, KEPT_MS / timeScale);
  const kept = new Map<boolean, { readonly atMs: number; readonly calls: Promise<ScannedCalls> }>();

  async function scan(durable: Pick<DurableHub, 'listLive'>, includesEnded: boolean): Promise<ScannedCalls> {
    const phases: readonly CallPhase[] = includesEnded ? [...OPEN, 'ended'] : OPEN;
    const [records, live] = await Promise.all([listRecords(store, phases), durable.listLive()]);
    const instances = new Map(live.map((instance) => [instance.callId, parseInstanceView(instance)]));
    const asOfMs = clock.nowMs();
    const rows = [...new Set([...records.keys(), ...instances.keys()])].map((callId) =>
      toCallRow({ callId, record: records.get(callId), instance: instances.get(callId) }, asOfMs, limits),
    );
    return { asOfMs, rows: sortCallRows(includesEnded ? rows : rows.filter(({ state }) => state !== 'ended')) };
  }

  return {
    read(durable, includesEnded) {
      const nowMs = clock.nowMs();
      const known = kept.get(includesEnded);
      if (known !== undefined && nowMs >= known.atMs && nowMs - known.atMs < keptMs) return known.calls;
      const entry = { atMs: nowMs, calls: scan(durable, includesEnded) };
      kept.set(includesEnded, entry);
      // A failure is not kept: the next request tries again.
      entry.calls.catch(() => {
        if (kept.get(includesEnded) === entry) kept.delete(includesEnded);
      });
      return entry.calls;
    },
    forget: () => kept.clear(),
  };
}

async function listRecords(
  store: Pick<CallStore, 'list'>,
  phases: readonly CallPhase[],
): Promise<ReadonlyMap<CallId, CallRecord>> {
  const records = new Map<CallId, CallRecord>();
  for await (const { record } of store.list(phases)) records.set(record.callId, record);
  return records;
}
