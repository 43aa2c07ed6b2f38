import { toVisibleText } from '../core/values/visible-text.ts';
import type { Colour, Paint } from './paint.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly alignRight?: true;
  readonly colour?: (row: Row) => Colour;
}

const GAP = '  ';

/**
 * Rows under titles, without control characters.
 *
 * Shape: columns, rows, width of the screen (undefined = as wide as need be) → lines. What does not fit is cut off at the
 * end of the line, with an ellipsis.
 */
export function toTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, paint }: { readonly width: number | undefined; readonly paint: Paint },
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ text }) => toVisibleText(text(row))));
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...cells.map((row) => lengthOf(row[index]))));
  const line = (texts: readonly string[], colourOf: (column: Column<Row>) => Colour) => {
    let left = width ?? Number.POSITIVE_INFINITY;
    const painted = columns.map((column, index) => {
      const gap = index === 0 ? '' : GAP;
      const isLast = index === columns.length - 1;
      const shown = cut(`${gap}${pad(texts[index] ?? '', widths[index] ?? 0, column, isLast)}`, left);
      left -= lengthOf(shown);
      return paint(colourOf(column), shown);
    });
    return painted.join('').trimEnd();
  };
  const titles = line(
    columns.map(({ title }) => title),
    () => 'bold',
  );
  return [titles, ...rows.map((row, index) => line(cells[index] ?? [], ({ colour }) => colour?.(row) ?? 'plain'))];
}

function pad<Row>(text: string, width: number, { alignRight }: Column<Row>, isLast: boolean): string {
  const padding = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return alignRight ? `${padding}${text}` : isLast ? text : `${text}${padding}`;
}

/** Counted in code points; what is wider than one column is rare here and only breaks the line. */
function lengthOf(text = ''): number {
  return [...text].length;
}

function cut(text: string, length: number): string {
  const points = [...text];
  if (points.length <= length) return text;
  return length <= 0 ? '' : `${points.slice(0, length - 1).join('')}…`;
}
