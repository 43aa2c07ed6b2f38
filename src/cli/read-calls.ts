import { wrongUsage } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';

/** A call named on stdin, with what else its object says. */
export interface NamedCall {
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
 * Errors: CliError with the line that names no call.
 */
export async function* readCalls({ stdin }: Pick<CliIo, 'stdin'>): AsyncGenerator<NamedCall, void> {
  let line = 0;
  let document = '';
  for await (const raw of stdin.lines()) {
    line++;
    // PowerShell begins what it pipes with a byte order mark.
    const text = raw.replace(/^\ufeff/, '').trim();
    if (document !== '' || beginsDocument(text)) document += `${raw.replace(/^\ufeff/, '')}\n`;
    else if (text !== '') yield toNamedCall(text.startsWith('{') ? parseLine(text, line) : text, line);
  }
  if (document !== '') yield* readDocument(document);
}

/** An array, or an object that does not end on its line. */
function beginsDocument(text: string): boolean {
  return text.startsWith('[') || (text.startsWith('{') && parseJson(text) === undefined);
}

function parseLine(text: string, line: number): unknown {
  const value = parseJson(text)?.value;
  if (!isObject(value)) throw wrongUsage(`Line ${line} of stdin is not a JSON object.`);
  return value;
}

function* readDocument(text: string): Generator<NamedCall, void> {
  const json = parseJson(text);
  if (json === undefined) throw wrongUsage('stdin is neither JSON nor one call a line.');
  const { value } = json;
  const items = Array.isArray(value) ? value : isObject(value) && Array.isArray(value.value) ? value.value : [value];
  for (const [index, item] of items.entries()) yield toNamedCall(item, index + 1);
}

function toNamedCall(item: unknown, line: number): NamedCall {
  if (typeof item === 'string') return { id: item, others: {}, line };
  const name = isObject(item) ? ID_NAMES.find((known) => typeof item[known] === 'string') : undefined;
  if (!isObject(item) || name === undefined) {
    throw wrongUsage(`Entry ${line} of stdin names no call: it has no text ${ID_NAMES.join(', ')}.`);
  }
  const { [name]: id, ...others } = item;
  return { id: String(id), others, line };
}

/** The calls named by arguments, or else on stdin. Errors: CliError when nobody names one. */
export async function namedIds(io: CliIo, given: readonly string[]): Promise<readonly string[]> {
  if (given.length > 0) return given;
  if (io.stdin.isTerminal) throw wrongUsage('Name at least one call: as argument, or on stdin.');
  const ids: string[] = [];
  for await (const { id } of readCalls(io)) ids.push(id);
  if (ids.length === 0) throw wrongUsage('stdin names no call.');
  return ids;
}
