/**
 * How far the comparison of all records with all instances has come. A turn goes through 256 slices: the first two hex
 * digits of a call's id, which are a partition of the table and a prefix of instance ids.
 */
export interface CompareProgress {
  readonly startedAtMs: number;
  /** 0 to 256: done. */
  readonly nextSlice: number;
  /** The next turn comes soon: records of an older release were found, or the engine did not list its instances. */
  readonly comesAgain: boolean;
  /** Open records and live instances so far. */
  readonly records: number;
  readonly instances: number;
}

export const SLICES = 256;
const TURN_EVERY_MS = 60 * 60_000;
/** Well within Graph's 45 minutes: a record of an older release does not say when it has to be looked at. */
const TURN_AGAIN_MS = 15 * 60_000;

/** Shape: what was stored (undefined: no turn yet), now → where to go on, at 0 when a turn is due; undefined when none is. */
export function nextTurn(stored: CompareProgress | undefined, nowMs: number): CompareProgress | undefined {
  const isUnderWay = stored !== undefined && stored.nextSlice < SLICES;
  if (isUnderWay) return stored;
  const everyMs = stored?.comesAgain ? TURN_AGAIN_MS : TURN_EVERY_MS;
  const isDue = stored === undefined || Math.abs(nowMs - stored.startedAtMs) >= everyMs;
  return isDue ? { startedAtMs: nowMs, nextSlice: 0, comesAgain: false, records: 0, instances: 0 } : undefined;
}

/** The two hex digits of a slice. */
export function toSliceName(slice: number): string {
  return slice.toString(16).padStart(2, '0');
}
