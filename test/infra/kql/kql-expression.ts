export type KqlValue = unknown;
export type KqlRow = Readonly<Record<string, KqlValue>>;
/** An expression of one row; `nowMs` is what `now()` and `ago()` count from. */
export type KqlExpression = (row: KqlRow, nowMs: number) => KqlValue;

type Call = (values: readonly KqlValue[], nowMs: number) => KqlValue;

const text = (value: KqlValue): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
const number = (value: KqlValue): number | undefined => {
  if (value === undefined || value === null || value === '' || typeof value === 'object') return undefined;
  return Number.isNaN(Number(value)) ? undefined : Number(value);
};

/** Functions as Kusto documents them: https://learn.microsoft.com/kusto/query/scalar-functions */
const functions: Readonly<Record<string, Call>> = {
  parse_json: ([value]) => parseJson(text(value)),
  tostring: ([value]) => text(value),
  toint: ([value]) => number(value),
  todouble: ([value]) => number(value),
  tobool: ([value]) => (value === undefined ? undefined : text(value) === 'true'),
  tolower: ([value]) => text(value).toLowerCase(),
  strcat: (values) => values.map(text).join(''),
  split: ([value, separator]) => text(value).split(text(separator)),
  extract: ([pattern, group, value]) => new RegExp(text(pattern)).exec(text(value))?.[Number(group)] ?? '',
  isempty: ([value]) => text(value) === '',
  isnotempty: ([value]) => text(value) !== '',
  isnotnull: ([value]) => value !== undefined && value !== null,
  coalesce: (values) => values.find((value) => value !== undefined && value !== null && value !== ''),
  iff: ([condition, one, other]) => (condition === true ? one : other),
  ago: ([span], nowMs) => nowMs - Number(span),
};

const operators: readonly Readonly<Record<string, (one: KqlValue, other: KqlValue) => KqlValue>>[] = [
  { or: (one, other) => one === true || other === true },
  { and: (one, other) => one === true && other === true },
  {
    '==': (one, other) => one === other,
    '!=': (one, other) => one !== other,
    '=~': (one, other) => text(one).toLowerCase() === text(other).toLowerCase(),
    '<=': (one, other) => compare(one, other, (a, b) => a <= b),
    '>=': (one, other) => compare(one, other, (a, b) => a >= b),
    '<': (one, other) => compare(one, other, (a, b) => a < b),
    '>': (one, other) => compare(one, other, (a, b) => a > b),
    startswith: (one, other) => text(one).toLowerCase().startsWith(text(other).toLowerCase()),
    contains: (one, other) => text(one).toLowerCase().includes(text(other).toLowerCase()),
    in: (one, other) => (other as readonly KqlValue[]).includes(one),
    '!in': (one, other) => !(other as readonly KqlValue[]).includes(one),
  },
];

/** What is null compares with nothing. */
function compare(one: KqlValue, other: KqlValue, holds: (one: number, other: number) => boolean): boolean {
  const [left, right] = [number(one), number(other)];
  return left !== undefined && right !== undefined && holds(left, right);
}

/** The words of a query: strings, numbers, time spans, names, operators. */
export function tokensOf(query: string): string[] {
  const word = /'[^']*'|"[^"]*"|\d+(?:\.\d+)?[smhd]?\b|!?[A-Za-z_][\w]*(?:-expand)?|[=!<>]=|=~|[|(),.;=<>]/g;
  return query.replaceAll(/^\s*\/\/.*$/gm, '').match(word) ?? [];
}

/** Takes one expression off the front of the tokens. Errors: an Error with the word that is not understood. */
export function takeExpression(tokens: string[], level = 0): KqlExpression {
  const known = operators[level];
  if (known === undefined) return takeOperand(tokens);
  let left = takeExpression(tokens, level + 1);
  for (let apply = known[tokens[0] ?? '']; apply !== undefined; apply = known[tokens[0] ?? '']) {
    const name = tokens.shift() ?? '';
    const [one, operator] = [left, apply];
    const other = /^!?in$/.test(name) ? takeList(tokens) : takeExpression(tokens, level + 1);
    left = (row, nowMs) => operator(one(row, nowMs), other(row, nowMs));
  }
  return left;
}

function takeOperand(tokens: string[]): KqlExpression {
  const token = tokens.shift() ?? 'nothing';
  if (/^['"]/.test(token)) return () => token.slice(1, -1);
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(token) ?? [];
  if (amount !== undefined) return () => Number(amount) * (unit ? (SPANS[unit] ?? 1) : 1);
  if (token === 'true' || token === 'false') return () => token === 'true';
  if (tokens[0] === '(' && token !== '(') return takeCall(token, tokens);
  if (token === '(') {
    const inside = takeExpression(tokens);
    expectToken(tokens, ')');
    return inside;
  }
  if (!/^[A-Za-z_]/.test(token)) throw new Error(`${token} is not understood`);
  const path = [token];
  while (tokens[0] === '.') path.push(tokens.splice(0, 2)[1] ?? '');
  return (row) => path.reduce<KqlValue>((value, name) => Object(value)[name], row);
}

function takeCall(name: string, tokens: string[]): KqlExpression {
  const call = functions[name];
  if (call === undefined) throw new Error(`the function ${name} is not understood`);
  const given = takeArguments(tokens);
  return (row, nowMs) =>
    call(
      given.map((argument) => argument(row, nowMs)),
      nowMs,
    );
}

function takeList(tokens: string[]): KqlExpression {
  const items = takeArguments(tokens);
  return (row, nowMs) => items.map((item) => item(row, nowMs));
}

export function takeArguments(tokens: string[]): readonly KqlExpression[] {
  expectToken(tokens, '(');
  const given: KqlExpression[] = [];
  while (tokens[0] !== ')') {
    given.push(takeExpression(tokens));
    if (tokens[0] === ',') tokens.shift();
  }
  tokens.shift();
  return given;
}

export function expectToken(tokens: string[], expected: string): void {
  const token = tokens.shift();
  if (token !== expected) throw new Error(`${expected} is expected, not ${token}`);
}

const SPANS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseJson(value: string): KqlValue {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
