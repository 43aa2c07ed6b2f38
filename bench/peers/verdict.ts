/** One call's life as the target and the sender saw it, in ms of one clock. */
export interface CallLife {
  readonly callId: string;
  /** When the 2xx came. */
  readonly establishedMs: number;
  /** When the 2xx came; undefined = still open at `untilMs`. */
  readonly endedMs?: number;
  readonly beats: readonly number[];
}

export interface Verdict {
  /** Beats that never came: n of them in a gap of n + 1 intervals. In a shorter gap the beat was late, not missed. */
  readonly missed: number;
  /** Calls with a missed beat. */
  readonly callsMissing: number;
  /** Calls with a gap of over three intervals: at 15 minutes, Graph's 45 minutes, after which it ends the call. */
  readonly endedByGraph: number;
  /** Calls that got no beat any more. */
  readonly lost: number;
  /** Beats where one had just been. */
  readonly doubled: number;
  /** Beats more than `AFTER_END_MS` after the end was acknowledged. */
  readonly afterEnd: number;
  readonly longestGapMs: number;
}

/** A beat that is on its way when the end is acknowledged is nobody's fault. */
const AFTER_END_MS = 1_000;
/** A beat that is early by this share of an interval makes the gap before it no smaller. */
const JITTER = 0.1;

/** What became of the calls up to `untilMs`, the last moment watched. */
export function judge(calls: readonly CallLife[], beatMs: number, untilMs: number): Verdict {
  const perCall = calls.map((call) => judgeCall(call, beatMs, untilMs));
  const sum = (value: (one: CallVerdict) => number) => perCall.reduce((total, one) => total + value(one), 0);
  return {
    missed: sum(({ missed }) => missed),
    endedByGraph: sum(({ longestGapMs }) => Number(longestGapMs > 3 * beatMs)),
    callsMissing: sum(({ missed }) => Math.sign(missed)),
    lost: sum(({ lost }) => Number(lost)),
    doubled: sum(({ doubled }) => doubled),
    afterEnd: sum(({ afterEnd }) => afterEnd),
    longestGapMs: Math.max(0, ...perCall.map(({ longestGapMs }) => longestGapMs)),
  };
}

type CallVerdict = ReturnType<typeof judgeCall>;

function judgeCall(
  { establishedMs, endedMs = Number.POSITIVE_INFINITY, beats }: CallLife,
  beatMs: number,
  untilMs: number,
) {
  const endMs = Math.min(endedMs, untilMs);
  const single = withoutDoubles(
    beats.filter((at) => at <= endMs),
    beatMs,
  );
  const marks = [establishedMs, ...single, endMs];
  const gaps = marks.slice(1).map((at, index) => at - (marks[index] ?? at));
  const intervals = (gap: number) => Math.floor((gap + JITTER * beatMs) / beatMs);
  const missed = gaps.reduce((total, gap) => total + Math.max(0, intervals(gap) - 1), 0);
  return {
    missed,
    lost: (gaps.at(-1) ?? 0) > 3 * beatMs,
    doubled: beats.filter((at) => at <= endMs).length - single.length,
    afterEnd: beats.filter((at) => at > endedMs + AFTER_END_MS).length,
    longestGapMs: Math.max(...gaps),
  };
}

/**
 * Drops a beat that has no interval of its own: too soon after the one before, and that one was not late either (a
 * late beat on a fixed grid is followed by a short gap, and is no double).
 */
function withoutDoubles(beats: readonly number[], beatMs: number): readonly number[] {
  const kept: number[] = [];
  for (const at of beats) {
    const last = kept.at(-1) ?? Number.NEGATIVE_INFINITY;
    const before = kept.at(-2) ?? Number.NEGATIVE_INFINITY;
    const isDouble = at - last < 0.8 * beatMs && (at - before < 1.8 * beatMs || at - last < 100 || kept.length === 1);
    if (!isDouble) kept.push(at);
  }
  return kept;
}
