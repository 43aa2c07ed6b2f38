import type { CallDetails, Happening, Row } from './api-types.ts';
import { isOver, toLabel } from './call-label.ts';
import { button, element, setText } from './element.ts';
import { setInstant, setWhy, timeElement } from './instant.ts';
import { toClockText, toUtcText } from './time-format.ts';
import { timelineChart } from './timeline-chart.ts';

export interface PanelActions {
  readonly close: () => void;
  readonly keepAliveNow: (row: Row) => void;
  readonly stop: (row: Row) => void;
  readonly showTenant: (tenantId: string) => void;
}

export interface CallPanel {
  /** The call is known by its id only, as long as the host has not answered. */
  open(callId: string): void;
  show(details: CallDetails, nowMs: number): void;
  /** Instead of details. */
  fail(problem: string): void;
  /** What an action brought. */
  report(text: string, isGood: boolean): void;
  tick(nowMs: number): void;
  close(): void;
}

/** The details of one call. Buttons and headings stay the same elements through updates, so that focus does. */
export function createCallPanel(root: HTMLElement, actions: PanelActions): CallPanel {
  let row: Row | undefined;
  const withRow = (act: (row: Row) => void) => () => {
    if (row !== undefined) act(row);
  };
  const title = element('h2', { id: 'details-title', tabindex: '-1', dir: 'auto' });
  const id = element('code', { class: 'full-id' });
  const copy = button('Copy id', () => void copyText(id.textContent ?? '', copy), { class: 'quiet' });
  const why = element('p', { class: 'panel-why' });
  const left = element('span', { class: 'panel-left' });
  const keepAliveNow = button('Keep alive now…', withRow(actions.keepAliveNow), { class: 'primary' });
  const stop = button('Stop…', withRow(actions.stop), { class: 'danger' });
  const report = element('p', { class: 'report', role: 'status' });
  const body = element('div');
  const head = element('div', { class: 'panel-head' }, title, button('Close', actions.close, { class: 'quiet' }));
  const buttons = element('div', { class: 'panel-actions' }, keepAliveNow, stop);
  root.replaceChildren(head, element('p', { class: 'id-line' }, id, copy), why, left, buttons, report, body);
  let shown = '';

  return {
    open(callId) {
      row = undefined;
      shown = '';
      setText(title, 'Call');
      setText(id, callId);
      for (const target of [why, left, report]) setText(target, '');
      buttons.hidden = true;
      body.replaceChildren();
      root.hidden = false;
      title.focus();
    },
    show(details, nowMs) {
      row = details.row;
      root.dataset.danger = isOver(row) ? row.state : row.danger;
      setText(title, toLabel(row));
      buttons.hidden = isOver(row);
      this.tick(nowMs);
      // Drawn anew only when something has happened or 15 seconds have passed: a selection in it stays meanwhile.
      const width = body.clientWidth;
      const content = JSON.stringify([details.timeline, row.deadlineAt, row.state, width, Math.floor(nowMs / 15_000)]);
      if (content === shown) return;
      shown = content;
      body.replaceChildren(
        facts(row, nowMs, actions.showTenant),
        timelineChart(details.timeline, row, nowMs, width),
        happenings(details.timeline, nowMs),
      );
    },
    fail(problem) {
      setText(why, problem);
      buttons.hidden = true;
    },
    report(text, isGood) {
      setText(report, text);
      report.classList.toggle('bad', !isGood);
    },
    tick(nowMs) {
      if (row === undefined) return;
      setWhy(why, row, nowMs);
      const leftMs = row.deadlineAt === undefined ? undefined : Date.parse(row.deadlineAt) - nowMs;
      setInstant(left, row.deadlineAt, leftMs === undefined ? '' : `${toClockText(leftMs)} to the deadline`, nowMs);
    },
    close() {
      row = undefined;
      root.hidden = true;
    },
  };
}

/** Without the right to write to the clipboard the id is selected, for the reader's own Ctrl-C. */
async function copyText(text: string, copy: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    setText(copy, 'Copied');
    setTimeout(() => setText(copy, 'Copy id'), 2_000);
  } catch {
    const target = copy.previousElementSibling;
    if (target !== null) getSelection()?.selectAllChildren(target);
  }
}

function facts(row: Row, nowMs: number, showTenant: (tenantId: string) => void): HTMLElement {
  const { tenantId } = row;
  const instant = (value: string | undefined) => (value === undefined ? undefined : timeElement(value, nowMs));
  const entries: readonly (readonly [string, Node | string | undefined])[] = [
    ['State', row.state],
    ['First seen', instant(row.firstSeenAt)],
    ['Established', instant(row.establishedAt)],
    ['Last keepAlive', instant(row.lastKeepAliveAt)],
    ['Next keepAlive', instant(row.nextKeepAliveAt)],
    ['Deadline', instant(row.deadlineAt)],
    ['Ended', instant(row.endedAt)],
    ['Lost', row.loss && element('span', { class: 'loss' }, timeElement(row.loss.at, nowMs), `: ${row.loss.cause}`)],
    ['End reason', row.endReason],
    ['keepAlives', String(row.keepAlives)],
    ['Failures in a row', row.consecutiveFailures === 0 ? undefined : String(row.consecutiveFailures)],
    ['Direction', row.direction],
    [
      'Tenant',
      tenantId === undefined
        ? undefined
        : button(tenantId, () => showTenant(tenantId), { class: 'link', title: 'Show the calls of this tenant' }),
    ],
    ['Chat', row.threadId],
    ['Call chain', row.callChainId],
    ['Scenario', row.scenarioId],
  ];
  const known = entries.filter(([, value]) => value !== undefined);
  return element(
    'dl',
    { class: 'facts' },
    ...known.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', { dir: 'auto' }, value))),
  );
}

function happenings(timeline: readonly Happening[], nowMs: number): HTMLElement {
  return element(
    'ol',
    { class: 'happenings', 'aria-label': 'What happened, the latest first' },
    ...timeline.toReversed().map((happening) => toItem(happening, nowMs)),
  );
}

const WORDS: Readonly<Record<Happening['kind'], string>> = {
  firstSeen: 'First seen',
  established: 'Established',
  keepAlive: 'keepAlive',
  rescued: 'Kept alive by reconcileCalls',
  keptAlive: 'Kept alive',
  ended: 'Ended',
  cleanedUp: 'Cleaned up',
};

function toItem({ kind, at, result, ms, requestId }: Happening, nowMs: number): HTMLElement {
  const isFailure = kind === 'keepAlive' && result !== 'alive';
  const outcome = result === undefined ? '' : `: ${result}`;
  return element(
    'li',
    { class: isFailure ? 'failure' : undefined, title: toUtcText(Date.parse(at)) },
    timeElement(at, nowMs, true),
    element('span', {}, `${WORDS[kind]}${outcome}`),
    ms === undefined ? undefined : element('span', { class: 'ms' }, `${ms} ms`),
    requestId === undefined ? undefined : element('code', { title: "Graph's request-id" }, requestId),
  );
}
