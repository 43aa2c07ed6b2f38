import type { Row } from './api-types.ts';
import { element, setText } from './element.ts';
import { toLocalText, toUtcText } from './time-format.ts';

/** An instant in the reader's zone; UTC when pointed at. */
export function timeElement(instant: string, nowMs: number, precise = false): HTMLTimeElement {
  const instantMs = Date.parse(instant);
  return element('time', { datetime: instant, title: toUtcText(instantMs) }, toLocalText(instantMs, nowMs, precise));
}

/** Shows an instant as a text of its own, with the local time and UTC on pointing. */
export function setInstant(target: HTMLElement, instant: string | undefined, text: string, nowMs: number): void {
  setText(target, text);
  if (instant === undefined) {
    target.removeAttribute('title');
    return;
  }
  const instantMs = Date.parse(instant);
  const title = `${toLocalText(instantMs, nowMs, true)} · ${toUtcText(instantMs)}`;
  if (target.title !== title) target.title = title;
}

const INSTANT = /(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}(:\d{2})? UTC/;

/** Shows why a call is as it is. The one instant in the sentence is the deadline: it is told in the reader's zone. */
export function setWhy(target: HTMLElement, { why, deadlineAt, loss }: Row, nowMs: number): void {
  const told = deadlineAt ?? loss?.at;
  const atMs = Date.parse(told ?? '');
  if (Number.isNaN(atMs) || !INSTANT.test(why)) {
    setInstant(target, undefined, why, nowMs);
    return;
  }
  const isNear = Math.abs(atMs - nowMs) < NEAR_MS;
  setInstant(target, told, why.replace(INSTANT, toLocalText(atMs, nowMs, isNear)), nowMs);
}

/** So near, seconds count. */
const NEAR_MS = 120_000;
