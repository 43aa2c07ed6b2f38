/** What a terminal acts on instead of showing it: control characters, bidi overrides, other invisible marks. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;

/** Text from elsewhere as it may be shown on a terminal: on one line, what is invisible as `\u001b`. */
export function toVisibleText(text: string): string {
  return text.replace(INVISIBLE, toEscapes);
}

/** JSON on one or more lines, with the same characters escaped: it stays the same JSON. */
export function toVisibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(INVISIBLE, (character) =>
    character === '\n' ? character : toEscapes(character),
  );
}

/** One escape for each UTF-16 unit, as JSON has it. */
function toEscapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
