import type { CallList, Counters } from './api-types.ts';
import { toLocalText } from './time-format.ts';

export interface Headline {
  readonly text: string;
  readonly danger: string;
}

/** The one sentence for somebody who has just been woken up. What was lost stands first, for that is never "well". */
export function toHeadline(
  { counters, latestLoss }: Pick<CallList, 'counters' | 'latestLoss'>,
  nowMs: number,
): Headline {
  const others = toOpenHeadline(counters);
  if (counters.lost === 0) return others;
  const lost = counters.lost === 1 ? '1 call was lost' : `${count(counters.lost)} calls were lost, the last one`;
  const how =
    latestLoss === undefined ? '' : ` at ${toLocalText(Date.parse(latestLoss.at), nowMs)}: ${latestLoss.cause}`;
  return { text: `${lost}${how}.${others.danger === 'none' ? '' : ` ${others.text}`}`, danger: 'lost' };
}

function toOpenHeadline({ open, late, failing, overdue }: Counters): Headline {
  if (overdue > 0) {
    const others = failing > 0 ? ` ${are(failing, 'more')} failing.` : '';
    return {
      text: `${calls(overdue)} past the deadline: Graph may have dropped ${overdue === 1 ? 'it' : 'them'}.${others}`,
      danger: 'overdue',
    };
  }
  if (failing > 0) return { text: `${of(failing, open)} failing: no keepAlive gets through.`, danger: 'failing' };
  if (late > 0) return { text: `${of(late, open)} late: a keepAlive was due and has not been sent.`, danger: 'late' };
  if (open === 0) return { text: 'No calls at the moment.', danger: 'none' };
  return { text: open === 1 ? 'The one call is well.' : `All ${count(open)} calls are well.`, danger: 'none' };
}

function calls(number: number): string {
  return number === 1 ? '1 call is' : `${count(number)} calls are`;
}

function of(number: number, all: number): string {
  return all === 1 ? 'The one call is' : `${count(number)} of ${count(all)} calls ${number === 1 ? 'is' : 'are'}`;
}

function are(number: number, what: string): string {
  return `${count(number)} ${what} ${number === 1 ? 'is' : 'are'}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
