import type { Row } from './api-types.ts';
import { isOver, toLabel, toLinkName, toShortId } from './call-label.ts';
import { element, setText } from './element.ts';
import { setInstant, setWhy } from './instant.ts';
import { toClockText, toShortText } from './time-format.ts';

export interface CallTable {
  show(rows: readonly Row[], gapSeconds: number): void;
  /** Lets the clocks of all rows go on. */
  tick(nowMs: number): void;
  select(callId: string): void;
  /** Puts the focus on a call's link; false when it is not in the table. */
  focus(callId: string): boolean;
  /** Puts the focus on the first call's link, if there is one. */
  focusFirst(): void;
  /** The calls whose boxes are ticked, in the order of the table. */
  ticked(): readonly Row[];
  tickAll(isTicked: boolean): void;
  /** Orders the rows of this page, the next ones too; undefined: as the host has them, the most endangered first. */
  sortBy(order: ((one: Row, other: Row) => number) | undefined): void;
}

interface RowView {
  readonly root: HTMLTableRowElement;
  readonly link: HTMLAnchorElement;
  readonly box: HTMLInputElement;
  show(row: Row, gapSeconds: number): void;
  tick(nowMs: number): void;
}

/**
 * The calls as rows of a table, one link each. A row keeps its element as long as its call is there, so that focus and
 * selection survive an update.
 */
export function createCallTable(
  body: HTMLTableSectionElement,
  options: {
    readonly hrefOf: (callId: string) => string;
    readonly nowMs: () => number;
    readonly onTicked: (calls: number) => void;
  },
): CallTable {
  const views = new Map<string, RowView>();
  let selected = '';
  let order: ((one: Row, other: Row) => number) | undefined;
  let shown: { readonly rows: readonly Row[]; readonly gapSeconds: number } = { rows: [], gapSeconds: 1 };
  const tickedRows = () => inOrder().filter(({ callId }) => views.get(callId)?.box.checked === true);
  const inOrder = () => (order === undefined ? shown.rows : shown.rows.toSorted(order));

  body.addEventListener('change', () => options.onTicked(tickedRows().length));

  body.addEventListener('keydown', (event) => {
    const links = [...body.querySelectorAll('a')];
    const index = links.findIndex((link) => link.matches(':focus'));
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: links.length - 1 }[event.key];
    if (index < 0 || next === undefined) return;
    event.preventDefault();
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
  });

  const table: CallTable = {
    show(rows, gapSeconds) {
      shown = { rows, gapSeconds };
      const focused = document.activeElement;
      const wanted = new Set(rows.map(({ callId }) => callId));
      for (const [callId, { root }] of views) {
        if (wanted.has(callId)) continue;
        root.remove();
        views.delete(callId);
      }
      inOrder().forEach((row, index) => {
        const view = views.get(row.callId) ?? createRowView(row.callId, options.hrefOf);
        views.set(row.callId, view);
        view.show(row, gapSeconds);
        view.tick(options.nowMs());
        if (body.children[index] !== view.root) body.insertBefore(view.root, body.children[index] ?? null);
        view.root.classList.toggle('selected', row.callId === selected);
      });
      if (focused instanceof HTMLElement && focused !== document.activeElement && body.contains(focused))
        focused.focus();
      options.onTicked(tickedRows().length);
    },
    ticked: tickedRows,
    tickAll(isTicked) {
      for (const { box } of views.values()) if (!box.disabled) box.checked = isTicked;
      options.onTicked(tickedRows().length);
    },
    sortBy(wanted) {
      order = wanted;
      table.show(shown.rows, shown.gapSeconds);
    },
    tick(nowMs) {
      for (const view of views.values()) view.tick(nowMs);
    },
    select(callId) {
      selected = callId;
      for (const [id, { root, link }] of views) {
        root.classList.toggle('selected', id === callId);
        if (id === callId) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    },
    focusFirst() {
      body.querySelector('a')?.focus();
    },
    focus(callId) {
      const link = views.get(callId)?.link;
      link?.focus();
      return link !== undefined;
    },
  };
  return table;
}

function createRowView(callId: string, hrefOf: (callId: string) => string): RowView {
  const fill = element('span', { class: 'bar-fill' });
  const left = element('span', { class: 'left-text' });
  const link = element('a', { href: hrefOf(callId), 'data-call': callId, dir: 'auto' });
  const id = element('span', { class: 'id', title: callId }, toShortId(callId));
  const chip = element('span', { class: 'chip' });
  const why = element('span', { class: 'why-text' });
  const next = element('td', { class: 'next' });
  const box = element('input', { type: 'checkbox', class: 'tick-box' });
  const root = element(
    'tr',
    {},
    element('td', { class: 'pick' }, box),
    element('td', { class: 'left' }, element('span', { class: 'bar', 'aria-hidden': 'true' }, fill), left),
    element('th', { scope: 'row', class: 'call' }, link, ' ', id),
    element('td', { class: 'state' }, chip),
    element('td', { class: 'why' }, why),
    next,
  );
  let current: Row | undefined;
  let gapMs = 1;

  return {
    root,
    link,
    box,
    show(row, gapSeconds) {
      current = row;
      gapMs = gapSeconds * 1_000;
      root.dataset.danger = isOver(row) ? row.state : row.danger;
      box.disabled = isOver(row);
      if (box.disabled) box.checked = false;
      box.setAttribute('aria-label', `Select ${toLinkName(row)}`);
      link.setAttribute('aria-label', toLinkName(row));
      setText(link, toLabel(row));
      link.href = hrefOf(callId);
      setText(chip, row.state);
    },
    tick(nowMs) {
      if (current === undefined) return;
      setWhy(why, current, nowMs);
      const { deadlineAt, nextKeepAliveAt, endedAt } = current;
      const leftMs = deadlineAt === undefined ? undefined : Date.parse(deadlineAt) - nowMs;
      fill.style.setProperty('--part', String(leftMs === undefined ? 0 : Math.min(1, Math.max(0, leftMs / gapMs))));
      const ended = endedAt === undefined ? '–' : `${toShortText(nowMs - Date.parse(endedAt))} ago`;
      setInstant(left, deadlineAt ?? endedAt, leftMs === undefined ? ended : toClockText(leftMs), nowMs);
      setInstant(next, nextKeepAliveAt, toNextText(nextKeepAliveAt, nowMs), nowMs);
    },
  };
}

function toNextText(nextKeepAliveAt: string | undefined, nowMs: number): string {
  if (nextKeepAliveAt === undefined) return '–';
  const inMs = Date.parse(nextKeepAliveAt) - nowMs;
  return inMs <= 0 ? 'now' : `in ${toShortText(inMs)}`;
}
