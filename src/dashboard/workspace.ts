import { type Address, toSearch, VIEWS, type View } from './address.ts';
import type { CallList, Counters, Row } from './api-types.ts';
import { createCallTable } from './call-table.ts';
import { createColumnSort } from './column-sort.ts';
import { button, byId, element, setText } from './element.ts';
import { toHeadline } from './headline.ts';
import { toShortText } from './time-format.ts';

export interface WorkspaceOptions {
  readonly readAddress: () => Address;
  readonly navigate: (changes: Partial<Address>, isStep?: boolean) => void;
  readonly nowMs: () => number;
  readonly callbackUri: string;
  /** Acts on the calls whose boxes are ticked. */
  readonly keepAliveNow: (rows: readonly Row[]) => void;
  readonly stop: (rows: readonly Row[]) => void;
}

const NAMES: Readonly<Record<View, string>> = {
  open: 'Open',
  late: 'Late',
  failing: 'Failing',
  overdue: 'Overdue',
  lost: 'Lost (24 h)',
  ended: 'Ended',
};
const TYPING_PAUSE_MS = 250;

/** The counters, the filter, the table and its pages: all that shows the list of calls. */
export function createWorkspace(options: WorkspaceOptions) {
  const { readAddress, navigate, nowMs, callbackUri } = options;
  const text = byId('text', HTMLInputElement);
  const tenant = byId('tenant', HTMLButtonElement);
  const headline = byId('headline', HTMLElement);
  const matched = byId('matched', HTMLElement);
  const pages = byId('pages', HTMLElement);
  const previousPage = byId('previous-page', HTMLButtonElement);
  const nextPage = byId('next-page', HTMLButtonElement);
  const body = byId('rows', HTMLTableSectionElement);
  const table = createCallTable(body, {
    nowMs,
    onTicked: showTicked,
    hrefOf: (call) => `${location.pathname}${toSearch({ ...readAddress(), call })}`,
  });
  const views = createViews((view) => navigate({ view, after: '' }));
  createColumnSort(byId('table', HTMLTableElement), table.sortBy);
  const tickAll = byId('tick-all', HTMLInputElement);
  const selection = byId('selection', HTMLElement);
  let token: string | undefined;
  let previousToken: string | undefined;
  let typing: ReturnType<typeof setTimeout> | undefined;

  byId('views', HTMLElement).replaceChildren(...VIEWS.map((view) => views.buttons[view]));
  byId('filter', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  text.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => navigate({ text: text.value.trim(), after: '' }, false), TYPING_PAUSE_MS);
  });
  tenant.addEventListener('click', () => navigate({ tenant: '', after: '' }));
  previousPage.addEventListener('click', () => turnTo(previousToken));
  nextPage.addEventListener('click', () => turnTo(token));
  tickAll.addEventListener('change', () => table.tickAll(tickAll.checked));
  byId('keep-ticked', HTMLButtonElement).addEventListener('click', () => options.keepAliveNow(table.ticked()));
  byId('stop-ticked', HTMLButtonElement).addEventListener('click', () => options.stop(table.ticked()));
  body.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('.pick') !== null) return;
    const link = event.target instanceof Element ? event.target.closest('tr')?.querySelector('a') : undefined;
    const wantsTab = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link?.dataset.call || wantsTab || getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    navigate({ call: link.dataset.call });
  });

  /** A page begins at its top. */
  function turnTo(after: string | undefined): void {
    if (after === undefined) return;
    table.tickAll(false);
    navigate({ after });
    const calls = byId('calls', HTMLElement);
    calls.focus({ preventScroll: true });
    byId('filter', HTMLElement).scrollIntoView();
  }

  function showTicked(calls: number): void {
    selection.hidden = calls === 0;
    if (calls === 0) tickAll.checked = false;
    setText(byId('selected', HTMLElement), calls === 1 ? '1 call selected' : `${calls} calls selected`);
  }

  function showEmpty(list: CallList): void {
    const empty = byId('empty', HTMLElement);
    const isEmpty = list.value.length === 0;
    empty.hidden = !isEmpty;
    byId('table', HTMLElement).hidden = isEmpty;
    if (!isEmpty || empty.dataset.for === JSON.stringify(readAddress())) return;
    empty.dataset.for = JSON.stringify(readAddress());
    const { view, text: wanted, tenant: of } = readAddress();
    if (wanted !== '' || of !== '') {
      const clear = button('Clear the filter', () => navigate({ text: '', tenant: '', after: '' }));
      empty.replaceChildren(
        element('h2', {}, 'No call fits the filter'),
        element('p', {}, 'Ended calls are under “Ended”.'),
        clear,
      );
    } else if (view === 'open') {
      empty.replaceChildren(
        element('h2', {}, 'Nothing to keep alive yet'),
        element('p', {}, 'A call shows up here as soon as Graph tells of it. Give your bot’s calls this callbackUri:'),
        element('code', { class: 'callback' }, callbackUri),
      );
    } else {
      const word =
        view === 'ended' ? 'No ended call is remembered' : `No call ${view === 'lost' ? 'was lost' : `is ${view}`}`;
      const show = button('Show all open calls', () => navigate({ view: 'open', after: '' }));
      empty.replaceChildren(
        element('h2', {}, word),
        element('p', {}, view === 'ended' ? 'Ended calls are kept for some days.' : 'That is good.'),
        show,
      );
    }
  }

  return {
    table,
    /** Shows what the address says, before the host has answered. */
    apply(address: Address) {
      if (document.activeElement !== text) text.value = address.text;
      tenant.hidden = address.tenant === '';
      setText(tenant, `Tenant ${address.tenant.slice(0, 8)} ×`);
      tenant.setAttribute('aria-label', `Show the calls of all tenants, not only of ${address.tenant}`);
      views.select(address.view);
    },
    show(list: CallList) {
      const { text: words, danger } = toHeadline(list, nowMs());
      setText(headline, words);
      headline.dataset.danger = danger;
      document.title = danger === 'none' ? 'Call keepalive' : `(!) ${words}`;
      views.show(list.counters);
      table.show(list.value, list.maximumGapSeconds);
      setText(byId('time-left', HTMLElement), `Time left of ${toShortText(list.maximumGapSeconds * 1_000)}`);
      showEmpty(list);
      token = list.continuationToken;
      previousToken = list.previousToken;
      const isPaged = token !== undefined || previousToken !== undefined;
      pages.hidden = !isPaged;
      previousPage.disabled = previousToken === undefined;
      nextPage.disabled = token === undefined;
      setText(matched, isPaged ? toPageText(list) : toCallsText(list.matched));
      setText(byId('page-text', HTMLElement), isPaged ? toPageText(list) : '');
      const engine = byId('engine-problem', HTMLElement);
      engine.hidden = list.engineProblem === undefined;
      setText(
        engine,
        list.engineProblem === undefined ? '' : `${list.engineProblem} The calls are shown as the table has them.`,
      );
    },
  };
}

/** "101–200 of 5,000 calls" */
function toPageText({ first, value, matched }: CallList): string {
  const last = first + value.length;
  return `${(first + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${toCallsText(matched)}`;
}

function toCallsText(calls: number): string {
  return `${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'}`;
}

function createViews(choose: (view: View) => void) {
  const make = (view: View) => {
    const count = element('span', { class: 'count' }, '–');
    const made = button('', () => choose(view), { class: 'view', 'data-view': view });
    made.replaceChildren(count, element('span', { class: 'name' }, NAMES[view]));
    return { made, count };
  };
  const made = {
    open: make('open'),
    late: make('late'),
    failing: make('failing'),
    overdue: make('overdue'),
    lost: make('lost'),
    ended: make('ended'),
  };
  return {
    buttons: Object.fromEntries(VIEWS.map((view) => [view, made[view].made])) as Record<View, HTMLButtonElement>,
    select(chosen: View) {
      for (const view of VIEWS) made[view].made.setAttribute('aria-pressed', String(view === chosen));
    },
    show(counters: Counters) {
      for (const view of VIEWS) {
        const number = counters[view];
        // Ended calls are counted only while they are shown: their number stays from then.
        if (number === undefined) continue;
        setText(made[view].count, number.toLocaleString('en'));
        made[view].made.classList.toggle('some', number > 0);
      }
    },
  };
}
