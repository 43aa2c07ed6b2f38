/** A stretch of time, ms since the epoch. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is left of `whole` without the others: the pieces in order. */
function without(whole: Interval, others: readonly Interval[]): readonly Interval[] {
  const pieces: Interval[] = [];
  let fromMs = whole.fromMs;
  for (const other of others.toSorted((left, right) => left.fromMs - right.fromMs)) {
    if (other.toMs <= fromMs || other.fromMs >= whole.toMs) continue;
    if (other.fromMs > fromMs) pieces.push({ fromMs, toMs: other.fromMs });
    fromMs = other.toMs;
  }
  if (fromMs < whole.toMs) pieces.push({ fromMs, toMs: whole.toMs });
  return pieces;
}

/** True when there is a stretch of at least `lengthMs` in `whole` that none of the others touches. */
export function hasStretch(whole: Interval, others: readonly Interval[], lengthMs: number): boolean {
  return without(whole, others).some(({ fromMs, toMs }) => toMs - fromMs >= lengthMs);
}

/** What two of them share: one piece, or none. */
export function overlap(one: Interval, other: Interval): readonly Interval[] {
  const shared = { fromMs: Math.max(one.fromMs, other.fromMs), toMs: Math.min(one.toMs, other.toMs) };
  return shared.fromMs < shared.toMs ? [shared] : [];
}

export function contains({ fromMs, toMs }: Interval, atMs: number): boolean {
  return fromMs <= atMs && atMs < toMs;
}
