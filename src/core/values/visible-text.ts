/** What a terminal or a page acts on instead of showing it: control characters, bidi overrides, other invisible marks. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu;

/** Text from elsewhere as it may be shown: on one line, what is invisible as `\u001b`. */
export function toVisibleText(text: string): string {
  return text.replace(INVISIBLE, toEscapes);
}

/**
 * JSON in which every character can be seen: a text from outside cannot forge a line of a log, colour a terminal or turn
 * the reading direction. Parsing it gives back the same value.
 *
 * Shape: value → JSON, on one line unless it is indented.  Errors: those of JSON.stringify.
 * Source: https://trojansource.codes (bidi overrides), https://www.rfc-editor.org/rfc/rfc8259#section-7 (escapes).
 */
export function toVisibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(INVISIBLE, (character) =>
    character === '\n' ? character : toEscapes(character),
  );
}

/** One escape for each UTF-16 unit, as JSON has it. */
function toEscapes(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
