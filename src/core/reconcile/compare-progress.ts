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
  /** When the open records were last gone through for those that do not say when they need a look. */
  readonly filledInAtMs?: number;
}

export const SLICES = 256;
export const NO_TURN_YET = {
  startedAtMs: 0,
  nextSlice: SLICES,
  comesAgain: false,
  records: 0,
  instances: 0,
} as const satisfies CompareProgress;
const TURN_EVERY_MS = 60 * 60_000;
const TURN_AGAIN_MS = 15 * 60_000;
/** Every third run, which begins seconds earlier or later: well within Graph's 45 minutes. */
const FILL_IN_EVERY_MS = 14 * 60_000;

/** Shape: what was stored, now → where to go on, at 0 when a turn is due; undefined when none is. */
export function nextTurn(stored: CompareProgress, nowMs: number): CompareProgress | undefined {
  if (stored.nextSlice < SLICES) return stored;
  const everyMs = stored.comesAgain ? TURN_AGAIN_MS : TURN_EVERY_MS;
  const isDue = Math.abs(nowMs - stored.startedAtMs) >= everyMs;
  return isDue ? { ...stored, ...NO_TURN_YET, startedAtMs: nowMs, nextSlice: 0 } : undefined;
}

/**
 * Whether the open records are to be gone through for those of an older release. Always, and not only for some hours
 * after an update: it may be taken back and come again, and nobody tells how long both releases run side by side.
 */
export function isFillInDue({ filledInAtMs }: CompareProgress, nowMs: number): boolean {
  return filledInAtMs === undefined || Math.abs(nowMs - filledInAtMs) >= FILL_IN_EVERY_MS;
}

/** The two hex digits of a slice. */
export function toSliceName(slice: number): string {
  return slice.toString(16).padStart(2, '0');
}
