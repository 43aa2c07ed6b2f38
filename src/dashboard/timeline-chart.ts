import type { Happening, Row } from './api-types.ts';
import { isOver } from './call-label.ts';
import { anchorAt, LANES, type Mark, type PlacedMark, toLanes } from './chart-lanes.ts';
import { element, svgElement } from './element.ts';
import { toLocalText, toUtcText } from './time-format.ts';

const NARROWEST = 240;
const HEIGHT = 154;
const LEFT = 14;
const RIGHT = 14;
const TOP = 52;
const BASE = 130;
/** A try that took this long reaches the top. */
const SLOWEST_MS = 10_000;

/**
 * A call's life as a picture: a stem for every try, the higher the longer Graph took; a ring for a success, a cross for a
 * failure; the deadline as a dashed line.
 *
 * Shape: what happened, the row, now, the width in pixels that there is → a figure with a text for those who do not see
 * it. Labels never lie over each other, however narrow it is.
 */
export function timelineChart(
  timeline: readonly Happening[],
  row: Row,
  nowMs: number,
  roomPixels: number,
): HTMLElement {
  const width = Math.max(NARROWEST, Math.round(roomPixels));
  const [startMs, endMs] = toSpan(withLastSuccess(timeline, row), row, nowMs);
  const x = (instantMs: number) =>
    LEFT + ((instantMs - startMs) / Math.max(1, endMs - startMs)) * (width - LEFT - RIGHT);
  const shown = withLastSuccess(timeline, row).filter(({ at }) => Date.parse(at) >= startMs);
  const tries = shown.filter(({ kind }) => kind === 'keepAlive');
  const marks = [
    ...shown.flatMap(({ kind, at }) =>
      kind === 'keepAlive' ? [] : [{ at: x(Date.parse(at)), kind, label: TRANSITIONS[kind] }],
    ),
    ...deadlineMark(row, endMs, x),
    ...(nowMs <= endMs ? [{ at: x(nowMs), kind: 'now', label: 'now' }] : []),
  ];
  const picture = svgElement(
    'svg',
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': toDescription(timeline, row), class: 'chart' },
    svgElement('line', { class: 'axis', x1: `${LEFT}`, x2: `${width - RIGHT}`, y1: `${BASE}`, y2: `${BASE}` }),
    ...ticks([startMs, endMs], nowMs, x, width),
    ...toLanes(marks, width).map(toMark),
    ...tries.map((one) => toStem(one, x(Date.parse(one.at)))),
  );
  return element(
    'figure',
    { class: 'timeline' },
    picture,
    element('figcaption', {}, 'Each stem is a keepAlive, its height how long Graph took. ○ success  × failure'),
  );
}

/** After many failures the last success is no longer among the tries that are known one by one. */
function withLastSuccess(timeline: readonly Happening[], { lastKeepAliveAt }: Row): readonly Happening[] {
  const isKnown = timeline.some(({ kind, result }) => kind === 'rescued' || kind === 'keptAlive' || result === 'alive');
  const first = timeline.find(({ kind }) => kind === 'keepAlive');
  if (lastKeepAliveAt === undefined || isKnown || first === undefined || first.at < lastKeepAliveAt) return timeline;
  return [...timeline, { kind: 'keepAlive', at: lastKeepAliveAt, result: 'alive' }];
}

/** To the deadline, from the call's beginning; but what came before the first known try never takes more room than the tries. */
function toSpan(timeline: readonly Happening[], row: Row, nowMs: number): readonly [number, number] {
  const instants = timeline.map(({ at }) => Date.parse(at));
  const tries = timeline.filter(({ kind }) => kind === 'keepAlive').map(({ at }) => Date.parse(at));
  const firstMs = Math.min(nowMs, ...instants);
  const firstTryMs = Math.min(nowMs, ...tries);
  const lastMs = row.deadlineAt === undefined ? Math.max(...instants, firstMs + 1) : Date.parse(row.deadlineAt);
  const endMs = isOver(row) ? lastMs : Math.max(nowMs, lastMs);
  const triesMs = tries.length === 0 ? endMs - firstMs : endMs - firstTryMs;
  const startMs = firstTryMs - firstMs > triesMs ? firstTryMs - triesMs / 12 : firstMs;
  return [startMs, endMs + (endMs - startMs) * 0.03];
}

function toStem(happening: Happening, at: number): SVGElement {
  const isSuccess = happening.result === 'alive';
  const top = BASE - 12 - Math.sqrt(Math.min(happening.ms ?? 0, SLOWEST_MS) / SLOWEST_MS) * (BASE - TOP - 22);
  const hint = `${toUtcText(Date.parse(happening.at))} · ${happening.result}${happening.ms === undefined ? '' : ` · ${happening.ms} ms`}`;
  const head = isSuccess
    ? svgElement('circle', { cx: `${at}`, cy: `${top}`, r: '4' })
    : svgElement('path', { d: `M${at - 4} ${top - 4}l8 8m0 -8l-8 8` });
  return svgElement(
    'g',
    { class: isSuccess ? 'try success' : 'try failure' },
    svgElement('title', {}, hint),
    svgElement('line', { x1: `${at}`, x2: `${at}`, y1: `${BASE}`, y2: `${top + 4}` }),
    head,
  );
}

const TRANSITIONS: Readonly<Record<Exclude<Happening['kind'], 'keepAlive'>, string>> = {
  firstSeen: 'seen',
  established: 'established',
  rescued: 'rescued',
  keptAlive: 'kept alive',
  ended: 'ended',
  cleanedUp: '',
};

function toMark({ at, kind, label, lane, anchor }: PlacedMark): SVGElement {
  const y = lane === undefined ? undefined : LANES[lane];
  const text =
    y === undefined ? undefined : svgElement('text', { x: `${at}`, y: `${y}`, 'text-anchor': anchor }, label);
  return svgElement(
    'g',
    { class: `mark ${kind}` },
    label === '' ? undefined : svgElement('title', {}, label),
    svgElement('line', { x1: `${at}`, x2: `${at}`, y1: `${(y ?? TOP) + 3}`, y2: `${BASE}` }),
    text,
  );
}

function deadlineMark(row: Row, endMs: number, x: (instantMs: number) => number): readonly Mark[] {
  if (row.deadlineAt === undefined || isOver(row)) return [];
  const atMs = Date.parse(row.deadlineAt);
  return atMs > endMs ? [] : [{ at: x(atMs), kind: 'deadline', label: 'deadline' }];
}

const STEPS_MINUTES = [1 / 60, 1 / 12, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880];

function ticks(
  [startMs, endMs]: readonly [number, number],
  nowMs: number,
  x: (instantMs: number) => number,
  width: number,
): readonly SVGElement[] {
  // The longest label is a date with a time of day; those of one day are half as long.
  const isOfOneDay = new Date(startMs).toDateString() === new Date(endMs).toDateString();
  const most = Math.max(1, Math.floor(width / (isOfOneDay ? 90 : 150)));
  const stepMs = 60_000 * (STEPS_MINUTES.find((minutes) => (endMs - startMs) / (minutes * 60_000) <= most) ?? 10_080);
  const made: SVGElement[] = [];
  for (let atMs = Math.ceil(startMs / stepMs) * stepMs; atMs <= endMs && made.length < 24; atMs += stepMs) {
    const at = `${x(atMs)}`;
    const label = toLocalText(atMs, nowMs, stepMs < 60_000);
    made.push(svgElement('line', { class: 'tick', x1: at, x2: at, y1: `${BASE}`, y2: `${BASE + 5}` }));
    made.push(
      svgElement(
        'text',
        { class: 'tick-text', x: at, y: `${BASE + 20}`, 'text-anchor': anchorAt(x(atMs), width) },
        label,
      ),
    );
  }
  return made;
}

function toDescription(timeline: readonly Happening[], row: Row): string {
  const tries = timeline.filter(({ kind }) => kind === 'keepAlive');
  const failures = tries.filter(({ result }) => result !== 'alive').length;
  return `Timeline: ${tries.length} tries, ${failures} of them failed. ${row.why} The list below tells each.`;
}
