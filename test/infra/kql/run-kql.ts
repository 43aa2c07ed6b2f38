import {
  expectToken,
  type KqlExpression,
  type KqlRow,
  type KqlValue,
  takeArguments,
  takeExpression,
  tokensOf,
} from './kql-expression.ts';

export type KqlTables = Readonly<Record<string, readonly KqlRow[]>>;
type Step = (rows: readonly KqlRow[], nowMs: number) => readonly KqlRow[];
type Source = (tables: KqlTables, nowMs: number) => readonly KqlRow[];
interface Named {
  readonly name: string;
  readonly of: KqlExpression;
}
/** Of the rows of a group, each as its argument's value; `isTrue` for countif. */
type Aggregate = (values: readonly KqlValue[]) => KqlValue;

/**
 * Runs a query on rows: as much of KQL as the alerts are written in. Microsoft's own parser judges the same text elsewhere, so
 * what is no KQL does not pass for it here.
 *
 * Errors: an Error with the first word that is not understood.
 */
export function runKql(query: string, tables: KqlTables, nowMs: number): readonly KqlRow[] {
  const tokens = tokensOf(query);
  const known = new Map<string, Source>(Object.keys(tables).map((name) => [name, () => tables[name] ?? []]));
  while (tokens[0] === 'let') {
    const [, name = ''] = tokens.splice(0, 2);
    expectToken(tokens, '=');
    known.set(name, takePipeline(tokens, known));
    expectToken(tokens, ';');
  }
  const pipeline = takePipeline(tokens, known);
  if (tokens.length > 0) throw new Error(`${tokens[0]} is not understood`);
  return pipeline(tables, nowMs);
}

function takePipeline(tokens: string[], known: ReadonlyMap<string, Source>): Source {
  const source = takeSource(tokens, known);
  const steps: Step[] = [];
  while (tokens[0] === '|') {
    tokens.shift();
    steps.push(takeStep(tokens));
  }
  return (tables, nowMs) => steps.reduce((rows, step) => step(rows, nowMs), source(tables, nowMs));
}

function takeSource(tokens: string[], known: ReadonlyMap<string, Source>): Source {
  const isUnion = tokens[0] === 'union' && tokens.shift() !== undefined;
  const parts = [takeTable(tokens, known)];
  while (isUnion && tokens[0] === ',' && tokens.shift()) parts.push(takeTable(tokens, known));
  return (tables, nowMs) => parts.flatMap((part) => part(tables, nowMs));
}

function takeTable(tokens: string[], known: ReadonlyMap<string, Source>): Source {
  const name = tokens.shift() ?? 'nothing';
  const source = known.get(name);
  if (source === undefined) throw new Error(`there is no table ${name}`);
  return source;
}

function takeStep(tokens: string[]): Step {
  const name = tokens.shift();
  switch (name) {
    case 'where': {
      const holds = takeExpression(tokens);
      return (rows, nowMs) => rows.filter((row) => holds(row, nowMs) === true);
    }
    case 'extend': {
      const columns = takeNamed(tokens);
      return (rows, nowMs) =>
        rows.map((row) => ({ ...row, ...Object.fromEntries(columns.map(({ name, of }) => [name, of(row, nowMs)])) }));
    }
    case 'project': {
      const columns = takeNamed(tokens);
      return (rows, nowMs) =>
        rows.map((row) => Object.fromEntries(columns.map(({ name, of }) => [name, of(row, nowMs)])));
    }
    case 'mv-expand': {
      const [column = { name: '', of: () => [] }] = takeNamed(tokens);
      if (tokens[0] === 'to') tokens.splice(0, 5); // to typeof ( string )
      return (rows, nowMs) =>
        rows.flatMap((row) =>
          (column.of(row, nowMs) as readonly KqlValue[]).map((one) => ({ ...row, [column.name]: one })),
        );
    }
    case 'summarize':
      return takeSummarize(tokens);
    default:
      throw new Error(`the operator ${name} is not understood`);
  }
}

function takeNamed(tokens: string[]): readonly Named[] {
  const columns: Named[] = [];
  do {
    if (tokens[0] === ',') tokens.shift();
    const [name = '', isNamed] = tokens;
    if (isNamed === '=') tokens.splice(0, 2);
    columns.push({ name, of: takeExpression(tokens) });
  } while (tokens[0] === ',');
  return columns;
}

const aggregates: Readonly<Record<string, Aggregate>> = {
  count: (values) => values.length,
  countif: (values) => values.filter((value) => value === true).length,
  sum: (values) => values.reduce<number>((sum, value) => sum + Number(value ?? 0), 0),
  min: (values) => Math.min(...values.map(Number)),
  max: (values) => Math.max(...values.map(Number)),
};

function takeSummarize(tokens: string[]): Step {
  const columns: { readonly name: string; readonly over: Aggregate; readonly of: KqlExpression }[] = [];
  do {
    if (tokens[0] === ',') tokens.shift();
    const [name = '', , aggregate = ''] = tokens.splice(0, 3);
    const over = aggregates[aggregate];
    if (over === undefined) throw new Error(`the aggregate ${aggregate} is not understood`);
    const [of = () => true] = takeArguments(tokens);
    columns.push({ name, over, of });
  } while (tokens[0] === ',');
  const keys = tokens[0] === 'by' && tokens.shift() !== undefined ? takeNamed(tokens) : [];
  return (rows, nowMs) => {
    // Without "by" there is one row, however few there were.
    const groups = new Map<string, { readonly key: KqlRow; readonly rows: KqlRow[] }>(
      keys.length === 0 ? [['[]', { key: {}, rows: [] }]] : [],
    );
    for (const row of rows) {
      const key = Object.fromEntries(keys.map(({ name, of }) => [name, of(row, nowMs)]));
      const id = JSON.stringify(Object.values(key));
      const group = groups.get(id) ?? { key, rows: [] };
      groups.set(id, group);
      group.rows.push(row);
    }
    return [...groups.values()].map(({ key, rows: grouped }) => ({
      ...key,
      ...Object.fromEntries(columns.map(({ name, over, of }) => [name, over(grouped.map((row) => of(row, nowMs)))])),
    }));
  };
}
