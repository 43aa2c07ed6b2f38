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
