import { type Address, parseAddress, toListPath, toSearch } from './address.ts';
import { type Answer, createApi } from './api.ts';
import { type ActionReport, createCallActions } from './call-actions.ts';
import { createCallPanel } from './call-panel.ts';
import { byId, setText } from './element.ts';
import { keyStore } from './key-store.ts';
import { toOnlyTenantId } from './only-tenant-id.ts';
import { createPoll, type Round } from './poll.ts';
import { readCallDetails, readCallList } from './read-content.ts';
import { toLocalText, toShortText } from './time-format.ts';
import { createWorkspace } from './workspace.ts';

// The page: looks at the host again and again, and shows what it says. `…/api/dashboard/dashboard.js` → `…/api/`
const base = new URL('../', import.meta.url);
const PAGE_SIZE = 100;

const api = createApi(base, keyStore.read);
const nowMs = () => Date.now() + api.clockOffsetMs();
const keyForm = byId('key-form', HTMLFormElement);
const keyProblem = byId('key-problem', HTMLElement);
const keyInput = byId('key', HTMLInputElement);
const banner = byId('banner', HTMLElement);
const bannerText = byId('banner-text', HTMLElement);
const root = byId('workspace', HTMLElement);
const forgetKey = byId('forget-key', HTMLButtonElement);
const registerButton = byId('register', HTMLButtonElement);

keyStore.takeFromAddress();
let address = parseAddress(location.search);
/** What is on the page, to be asked for with its ETag; another path or no ETag means to be read whole. */
const etags = new Map<string, string>();
let lastGoodAtMs: number | undefined;
let isFailing = false;
let onlyTenantId = '';

const workspace = createWorkspace({
  readAddress: () => address,
  navigate,
  nowMs,
  callbackUri: new URL('notifications', base).href,
  keepAliveNow: (rows) => void reportOnSelection(actions.keepAliveAll(rows)),
  stop: (rows) => void reportOnSelection(actions.stopAll(rows)),
});
const actions = createCallActions(api, byId('dialog', HTMLDialogElement));
const panel = createCallPanel(byId('details', HTMLElement), {
  close: closePanel,
  keepAliveNow: (row) => void report(actions.keepAliveNow(row)),
  stop: (row) => void report(actions.stop(row)),
  showTenant: (tenant) => navigate({ tenant, after: '' }),
});
const poll = createPoll(look);

function navigate(changes: Partial<Address>, isStep = true): void {
  const before = address;
  address = { ...address, ...changes };
  const url = `${location.pathname}${toSearch(address)}`;
  if (isStep) history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  apply(before);
}

function apply(before?: Address): void {
  workspace.apply(address);
  workspace.table.select(address.call);
  root.classList.toggle('with-details', address.call !== '');
  if (address.call === '') panel.close();
  else if (address.call !== before?.call) panel.open(address.call);
  etags.clear();
  poll.now();
}

function closePanel(): void {
  const { call } = address;
  navigate({ call: '' });
  if (!workspace.table.focus(call)) byId('calls', HTMLElement).focus();
}

async function look(): Promise<Round> {
  const asked = address;
  const listPath = toListPath(asked, PAGE_SIZE);
  const callPath = asked.call === '' ? undefined : `calls/${encodeURIComponent(asked.call)}`;
  const [list, call] = await Promise.all([ask(listPath), callPath === undefined ? undefined : ask(callPath)]);
  // The reader has gone on meanwhile; poll looks again at once.
  if (asked !== address) return 'good';
  if (list.kind === 'keyNeeded') return askForKey();
  const wasAsked = !keyForm.hidden;
  keyForm.hidden = true;
  registerButton.hidden = false;
  forgetKey.hidden = keyStore.read() === undefined;
  if (call !== undefined) showCall(call);
  return showList(list, wasAsked);
}

async function ask(path: string): Promise<Answer> {
  const answer = await api.get(path, etags.get(path));
  if (answer.kind === 'ok' && answer.etag !== undefined) etags.set(path, answer.etag);
  return answer;
}

/** `wasAsked`: for the key, whose form had the focus. */
function showList(answer: Exclude<Answer, { kind: 'keyNeeded' }>, wasAsked: boolean): Round {
  if (answer.kind === 'ok') {
    const list = readCallList(answer.content);
    if (list === undefined) return showFailure('Something else than the app answered. Is this the right address?');
    root.hidden = false;
    workspace.show(list);
    if (wasAsked) workspace.table.focusFirst();
    onlyTenantId = toOnlyTenantId(list.value);
  }
  if (answer.kind === 'problem') return showFailure(answer.detail);
  if (answer.kind === 'unreachable') return showFailure('The host does not answer.');
  lastGoodAtMs = nowMs();
  isFailing = false;
  banner.hidden = true;
  document.body.classList.remove('stale');
  tick();
  return 'good';
}

/** What is on the page stays, but says how old it is. */
function showFailure(problem: string): Round {
  const age = lastGoodAtMs === undefined ? '' : ` What you see is from ${toLocalText(lastGoodAtMs, nowMs(), true)}.`;
  setText(bannerText, `${problem}${age} This page tries again every few seconds.`);
  const headline = byId('headline', HTMLElement);
  setText(
    headline,
    lastGoodAtMs === undefined ? 'The calls cannot be shown.' : 'How the calls are is not known at the moment.',
  );
  headline.dataset.danger = 'late';
  document.title = '(!) Call keepalive: no answer';
  banner.hidden = false;
  isFailing = true;
  document.body.classList.add('stale');
  tick();
  return 'failed';
}

function showCall(answer: Answer): void {
  if (answer.kind === 'problem') panel.fail(answer.detail);
  const details = answer.kind === 'ok' ? readCallDetails(answer.content) : undefined;
  if (details !== undefined) panel.show(details, nowMs());
}

function askForKey(): Round {
  const isRefused = keyStore.read() !== undefined;
  keyStore.forget();
  keyProblem.hidden = !isRefused;
  setText(keyProblem, isRefused ? 'The host refused this key.' : '');
  keyForm.hidden = false;
  registerButton.hidden = true;
  root.hidden = true;
  banner.hidden = true;
  forgetKey.hidden = true;
  lastGoodAtMs = undefined;
  etags.clear();
  setText(byId('headline', HTMLElement), 'Who is asking?');
  delete byId('headline', HTMLElement).dataset.danger;
  tick();
  keyInput.value = '';
  keyInput.focus();
  return 'paused';
}

async function report(action: Promise<ActionReport | undefined>): Promise<void> {
  const done = await action;
  if (done === undefined) return;
  panel.report(done.text, done.isGood);
  poll.now();
}

async function reportOnSelection(action: Promise<ActionReport | undefined>): Promise<void> {
  const done = await action;
  if (done === undefined) return;
  const target = byId('selection-report', HTMLElement);
  setText(target, done.text);
  target.classList.toggle('bad', !done.isGood);
  workspace.table.tickAll(false);
  poll.now();
}

async function register(): Promise<void> {
  const callId = await actions.register(onlyTenantId);
  if (callId !== undefined) navigate({ call: callId });
}

function tick(): void {
  const live = byId('live', HTMLElement);
  live.classList.toggle('failing', isFailing);
  const age = lastGoodAtMs === undefined ? '' : `${toShortText(nowMs() - lastGoodAtMs)} ago`;
  setText(live, lastGoodAtMs === undefined ? '' : isFailing ? `Not live · ${age}` : `Live · ${age}`);
  workspace.table.tick(nowMs());
  panel.tick(nowMs());
}

keyForm.addEventListener('submit', (event) => {
  event.preventDefault();
  keyStore.write(keyInput.value.trim());
  keyInput.value = '';
  poll.now();
});
forgetKey.addEventListener('click', () => {
  keyStore.forget();
  location.reload();
});
byId('try-now', HTMLButtonElement).addEventListener('click', () => poll.now());
registerButton.addEventListener('click', () => void register());
addEventListener('popstate', () => {
  const before = address;
  address = parseAddress(location.search);
  apply(before);
});
document.addEventListener('keydown', (event) => {
  const isElsewhere = document.querySelector('dialog[open]') !== null || event.target instanceof HTMLInputElement;
  if (event.key === 'Escape' && address.call !== '' && !isElsewhere) closePanel();
});
setInterval(() => {
  if (!document.hidden) tick();
}, 1_000);
apply();
