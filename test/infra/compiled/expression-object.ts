/**
 * The properties that an ARM expression of `union` and `createObject` has, with their values as the expression writes them.
 *
 * Shape: `[union(createObject('a', 'x', 'b', reference('…').id), …)]` → `{a: 'x', b: "reference('…').id"}`; what is an object
 * already stays. Errors: an Error for another expression.
 */
export function expressionObject(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'string') return Object(value);
  return Object.fromEntries(propertiesOf(value.replace(/^\[(.*)\]$/s, '$1')));
}

function propertiesOf(expression: string): readonly (readonly [name: string, value: string])[] {
  const [, name, inside = ''] = /^(\w+)\((.*)\)$/s.exec(expression) ?? [];
  const given = splitArguments(inside);
  if (name === 'union') return given.flatMap(propertiesOf);
  if (name !== 'createObject') throw new Error(`${expression.slice(0, 60)} is no object whose properties are known`);
  return given.flatMap((key, index) =>
    index % 2 === 0 ? [[unquote(key), unquote(given[index + 1] ?? '')] as const] : [],
  );
}

function splitArguments(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let start = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === "'") isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '(' || character === '[') depth += 1;
    if (character === ')' || character === ']') depth -= 1;
    if (character !== ',' || depth > 0) continue;
    found.push(text.slice(start, index).trim());
    start = index + 1;
  }
  return [...found, text.slice(start).trim()].filter((argument) => argument !== '');
}

function unquote(text: string): string {
  return /^'.*'$/s.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}
