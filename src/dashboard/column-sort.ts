import type { Row } from './api-types.ts';
import { toLabel } from './call-label.ts';
import { button } from './element.ts';

type Order = (one: Row, other: Row) => number;

const byText =
  (textOf: (row: Row) => string): Order =>
  (one, other) =>
    textOf(one).localeCompare(textOf(other));
/** What has no instant comes last. */
const byInstant = (instantOf: (row: Row) => string | undefined): Order => byText((row) => instantOf(row) ?? '~');

const ORDERS: Readonly<Record<string, Order>> = {
  left: byInstant(({ deadlineAt }) => deadlineAt),
  call: byText(toLabel),
  state: byText(({ state }) => state),
  why: byText(({ why }) => why),
  next: byInstant(({ nextKeepAliveAt }) => nextKeepAliveAt),
};

/**
 * Makes the heads of columns (`th[data-sort]`) into buttons that sort the calls of the page: up, down, and as the host
 * has them, the most endangered first.
 *
 * Effects: tells `sortBy`, and shows the order in `aria-sort`.
 */
export function createColumnSort(table: HTMLTableElement, sortBy: (order: Order | undefined) => void): void {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>('th[data-sort]')];
  for (const head of heads) {
    const order = ORDERS[head.dataset.sort ?? ''];
    if (order === undefined) continue;
    const text = head.textContent ?? '';
    const made = button(text, () => turn(head, order), { class: 'sort', title: 'Sorts the calls of this page' });
    made.id = head.id;
    head.removeAttribute('id');
    head.replaceChildren(made);
  }

  function turn(head: HTMLTableCellElement, order: Order): void {
    const before = head.getAttribute('aria-sort');
    for (const each of heads) each.removeAttribute('aria-sort');
    if (before !== 'descending') head.setAttribute('aria-sort', before === 'ascending' ? 'descending' : 'ascending');
    const reversed: Order = (one, other) => order(other, one);
    sortBy(before === 'descending' ? undefined : before === 'ascending' ? reversed : order);
  }
}
