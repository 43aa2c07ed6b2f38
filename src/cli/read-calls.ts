import { wrongUsage } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';

/** A call named on stdin, with what else its object says. */
export interface NamedCall {
  /** Empty when it names none. */
  readonly id: string;
  /** Without the id; empty for a line of text. */
  readonly others: JsonObject;
  /** Where it stood, for errors. */
  readonly line: number;
}

/** In the cmdlet's identity the id is CallId, in its pipeline callId, in Graph's call id. */
const ID_NAMES = ['callId', 'CallId', 'id'] as const;

/**
 * Reads calls from stdin: one a line, as an id or as a JSON object; or all as one JSON array, or as what `list --json`
 * prints.
 *
 * Errors: CliError with the line that is no JSON, or when there is nothing at all; an empty list is fine.
 */
export async function* readCalls({ stdin, signal }: Pick<CliIo, 'stdin' | 'signal'>): AsyncGenerator<NamedCall, void> {
  let line = 0;
  let begin = 0;
  let isNamed = false;
  /** What does not end on the line on which it begins. */
  const document: string[] = [];
  for await (const raw of stdin.lines()) {
    line++;
    // PowerShell begins what it pipes with a byte order mark.
    const text = raw.replace(/^\ufeff/, '').trim();
    if (text === '') continue;
    const value = document.length > 0 ? undefined : parseLine(text);
    if (value === undefined) begin = document.push(text) === 1 ? line : begin;
    else yield* toNamedCalls(value, line);
    isNamed = true;
  }
  signal.throwIfAborted(); // the lines of an interrupted command end as if there were no more
  if (document.length > 0) yield* readDocument(document, begin);
  if (!isNamed) throw wrongUsage('stdin names no call.');
}

/** Undefined when the line only begins a JSON document. */
function parseLine(text: string): unknown {
  return text.startsWith('{') || text.startsWith('[') ? parseJson(text)?.value : text;
}

function* readDocument(lines: readonly string[], begin: number): Generator<NamedCall, void> {
  const json = parseJson(lines.join('\n'));
  if (json === undefined) throw wrongUsage(`stdin is no JSON from line ${begin} on.`);
  yield* toNamedCalls(json.value, begin);
}

/** One call, or a list of them: an array, or an object around one. */
function* toNamedCalls(value: unknown, line: number): Generator<NamedCall, void> {
  const items = isObject(value) && Array.isArray(value.value) ? value.value : value;
  if (!Array.isArray(items)) yield toNamedCall(items, line);
  else for (const [index, item] of items.entries()) yield toNamedCall(item, index + 1);
}

function toNamedCall(item: unknown, line: number): NamedCall {
  if (typeof item === 'string') return { id: item, others: {}, line };
  const name = isObject(item) ? ID_NAMES.find((known) => typeof item[known] === 'string') : undefined;
  if (!isObject(item) || name === undefined) return { id: '', others: {}, line };
  const { [name]: id, ...others } = item;
  return { id: String(id), others, line };
}

/** The calls named by arguments, or else on stdin. Errors: CliError when nobody names one, or an entry does not. */
export async function namedIds(io: CliIo, given: readonly string[]): Promise<readonly string[]> {
  if (given.length > 0) return given;
  if (io.stdin.isTerminal) throw wrongUsage('Name at least one call: as argument, or on stdin.');
  const ids: string[] = [];
  for await (const { id, line } of readCalls(io)) {
    if (id === '') throw wrongUsage(`Entry ${line} of stdin names no call: it has no text ${ID_NAMES.join(', ')}.`);
    ids.push(id);
  }
  return ids;
}
