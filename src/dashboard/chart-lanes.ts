/** Of one letter of the chart's labels, on average, and of the room between two labels. */
const LETTER = 6.3;
const LABEL_GAP = 8;
/** The lines on which labels may stand; what fits on none has its text in the title alone. */
export const LANES = [10, 25, 40];

/** Something in the chart that has a name. */
export interface Mark {
  readonly at: number;
  readonly kind: string;
  readonly label: string;
}

export interface PlacedMark extends Mark {
  /** On which line its label stands; undefined: on none. */
  readonly lane: number | undefined;
  readonly anchor: Anchor;
}

type Anchor = 'start' | 'middle' | 'end';

/**
 * Gives each label the first line on which it lies over no other. The deadline and now go first: they matter most.
 *
 * Shape: marks, the chart's width → the same with their lanes.
 */
export function toLanes(marks: readonly Mark[], width: number): readonly PlacedMark[] {
  const taken = LANES.map((): (readonly [number, number])[] => []);
  const byWeight = [...marks].sort((one, other) => weightOf(one) - weightOf(other));
  return byWeight.map((mark) => {
    const anchor = anchorAt(mark.at, width);
    const [from, to] = extentOf(mark.label, mark.at, anchor);
    const lane = taken.findIndex((labels) =>
      labels.every(([begin, end]) => to + LABEL_GAP < begin || from - LABEL_GAP > end),
    );
    if (mark.label === '' || lane < 0) return { ...mark, anchor, lane: undefined };
    taken[lane]?.push([from, to]);
    return { ...mark, anchor, lane };
  });
}

function weightOf({ kind }: Mark): number {
  return kind === 'deadline' ? 0 : kind === 'now' ? 1 : kind === 'ended' ? 2 : 3;
}

function extentOf(label: string, at: number, anchor: Anchor): readonly [number, number] {
  const length = label.length * LETTER;
  const from = anchor === 'start' ? at : anchor === 'end' ? at - length : at - length / 2;
  return [from, from + length];
}

/** A text near the edge stays inside the picture. */
export function anchorAt(at: number, width: number): Anchor {
  return at < 36 ? 'start' : at > width - 36 ? 'end' : 'middle';
}
