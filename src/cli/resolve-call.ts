import type { Api } from './api.ts';
import { CliError, wrongUsage } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { objectsOf, textOf } from './json-value.ts';

const SHORTEST_PREFIX = 6;
const HEX_DIGITS = 32;
const LARGEST_PAGE = 1_000;
/** Of an ambiguous prefix so many calls are shown. */
const MOST_SHOWN = 10;

/**
 * The call that a person means: its id in any form, or the beginning of one that some page or line has shown.
 *
 * Shape: a whole id → itself, without asking; at least 6 hex digits → the id of the only call that begins so.
 * Errors: CliError, exit code 2 when it is neither or fits several calls (which are listed), 4 when it fits none.
 */
export async function resolveCall(api: Pick<Api, 'get'>, text: string): Promise<string> {
  const digits = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < SHORTEST_PREFIX || digits.length > HEX_DIGITS) {
    throw wrongUsage(`"${text}" is no call id: give the GUID of the call, or at least its first 6 hex digits.`);
  }
  if (digits.length === HEX_DIGITS) return text;
  const prefix = toDashed(digits);
  const query = new URLSearchParams({ text: prefix, include: 'ended', top: String(LARGEST_PAGE) });
  const rows = objectsOf(await api.get(`calls?${query}`, 'value'), 'value');
  const ids = rows.map((row) => textOf(row, 'callId')).filter((callId) => callId.startsWith(prefix));
  const [only, ...others] = ids;
  if (only === undefined) throw new CliError(`No call here begins with ${prefix}.`, EXIT.unknownCall);
  if (others.length > 0) throw wrongUsage(toAmbiguous(prefix, ids));
  return only;
}

/** The same for several; nothing is done for any of them when one is wrong. Errors: as resolveCall. */
export async function resolveCalls(api: Pick<Api, 'get'>, texts: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const text of texts) ids.push(await resolveCall(api, text));
  return ids;
}

/** Digits with the dashes of a GUID, as far as they go. */
function toDashed(digits: string): string {
  const parts = [8, 12, 16, 20, HEX_DIGITS].map((end, index, ends) => digits.slice(ends[index - 1] ?? 0, end));
  return parts.filter((part) => part !== '').join('-');
}

function toAmbiguous(prefix: string, ids: readonly string[]): string {
  const more = ids.length > MOST_SHOWN ? `, and ${ids.length - MOST_SHOWN} more` : '';
  return `${ids.length} calls begin with ${prefix}; say which: ${ids.slice(0, MOST_SHOWN).join(', ')}${more}.`;
}
