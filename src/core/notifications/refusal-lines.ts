/** More than the alert for refused notifications tolerates, so that a flood sounds it before its minute is over. */
const LINES_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** What no line of its own told. */
export interface UntoldRefusals {
  readonly requests: number;
  /** Count by reason, the most frequent first: `tokenMissing 970, expired 3`. */
  readonly reasons: string;
}

export interface RefusalLines {
  /** Whether a line may tell of a request that was refused for this reason; else it is counted. */
  mayTell(reason: string, nowMs: number): boolean;
  /** Takes what was counted in a minute that is over; undefined when there is nothing. */
  takeUntold(nowMs: number): UntoldRefusals | undefined;
}

/**
 * Bounds the lines about requests that anybody can send, for the log costs money. A minute begins with a refusal; what was
 * counted in it is told with the next request after it, so that a process that gets no more requests keeps it to itself.
 */
export function createRefusalLines(linesAMinute: number = LINES_A_MINUTE): RefusalLines {
  const untold = new Map<string, number>();
  let told = 0;
  let endsAtMs = 0;

  return {
    mayTell(reason, nowMs) {
      if (nowMs >= endsAtMs) [told, endsAtMs] = [0, nowMs + MINUTE_MS];
      if (told < linesAMinute) {
        told++;
        return true;
      }
      untold.set(reason, (untold.get(reason) ?? 0) + 1);
      return false;
    },
    takeUntold(nowMs) {
      if (nowMs < endsAtMs || untold.size === 0) return undefined;
      const counts = [...untold].sort(([, one], [, other]) => other - one);
      untold.clear();
      return {
        requests: counts.reduce((sum, [, count]) => sum + count, 0),
        reasons: counts.map(([reason, count]) => `${reason} ${count}`).join(', '),
      };
    },
  };
}
