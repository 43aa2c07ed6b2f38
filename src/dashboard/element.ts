import { toVisibleText } from '../core/values/visible-text.ts';

type Attributes = Readonly<Record<string, string | undefined>>;
type Child = Node | string | undefined;

/**
 * Makes an element. Texts become text nodes, each character of them visible: nothing that comes from outside is ever read
 * as HTML, or turns the reading direction.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** The element of the page with this id and kind. */
export function byId<T extends Element>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id ${id}.`);
}

/** Sets a text only when it changes, so that selections and screen readers are left in peace. */
export function setText(target: Element, text: string): void {
  const visible = toVisibleText(text);
  if (target.textContent !== visible) target.textContent = visible;
}

/** A button that does this when it is pressed. */
export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', press);
  return made;
}

function fill<T extends Element>(made: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  for (const child of children) {
    if (child !== undefined) made.append(typeof child === 'string' ? toVisibleText(child) : child);
  }
  return made;
}
