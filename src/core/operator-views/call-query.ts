import type { CallFilter, RowKey } from './call-page.ts';
import { CALL_DANGERS, CALL_STATES } from './call-standing.ts';

/** What a request for the list of calls asks for. */
export interface CallQuery {
  readonly filter: CallFilter;
  readonly includesEnded: boolean;
  readonly top: number;
  readonly after?: RowKey;
}

export type ParsedCallQuery =
  | { readonly kind: 'query'; readonly query: CallQuery }
  | { readonly kind: 'invalid'; readonly detail: string };

const DEFAULT_TOP = 100;
export const LARGEST_TOP = 1_000;
const LONGEST_TEXT = 256;

/**
 * Reads `state`, `danger` (both may hold several, with commas between), `tenant`, `text`, `include`, `top` and
 * `continuationToken`. Others are left alone, for the host takes its key from `code`.
 *
 * Shape: parameters → query | the one thing that is wrong.  Errors: none.
 */
export function parseCallQuery(parameters: { get(name: string): string | null }): ParsedCallQuery {
  const states = parseChoices('state', parameters.get('state'), CALL_STATES);
  const dangers = parseChoices('danger', parameters.get('danger'), CALL_DANGERS);
  const include = parameters.get('include') ?? '';
  const top = Number(parameters.get('top') ?? DEFAULT_TOP);
  const token = parameters.get('continuationToken') ?? '';
  const after = token === '' ? undefined : parseContinuationToken(token);
  if (typeof states === 'string') return invalid(states);
  if (typeof dangers === 'string') return invalid(dangers);
  if (include !== '' && include !== 'ended') return invalid('include knows one value: ended.');
  if (!Number.isInteger(top) || top < 1 || top > LARGEST_TOP)
    return invalid(`top is a whole number from 1 to ${LARGEST_TOP}.`);
  if (token !== '' && after === undefined)
    return invalid('continuationToken is none that this API gave. Begin again without it.');
  const tenantId = boundedText(parameters.get('tenant'));
  const text = boundedText(parameters.get('text'));
  const filter = {
    ...(states === undefined ? {} : { states }),
    ...(dangers === undefined ? {} : { dangers }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(text === undefined ? {} : { text }),
  };
  const includesEnded = include === 'ended' || states?.has('ended') === true || states?.has('lost') === true;
  return { kind: 'query', query: { filter, includesEnded, top, ...(after === undefined ? {} : { after }) } };
}

/** Opaque to callers: letters, digits, `-` and `_` of a URL as it is. */
export function toContinuationToken([group, instantMs, callId]: RowKey): string {
  return `${group}_${instantMs}_${callId}`;
}

function parseContinuationToken(token: string): RowKey | undefined {
  const [, group, instant, callId] = /^([0-3])_(-?\d{1,16})_([0-9a-f-]{36})$/.exec(token) ?? [];
  return callId === undefined ? undefined : [Number(group), Number(instant), callId];
}

/** The set of choices, undefined for none, or what is wrong with them. */
function parseChoices<T extends string>(
  name: string,
  value: string | null,
  known: readonly T[],
): ReadonlySet<T> | string | undefined {
  if (value === null || value === '') return undefined;
  const chosen = value.split(',').map((part) => known.find((choice) => choice === part.trim()));
  const choices = chosen.filter((choice) => choice !== undefined);
  return choices.length === chosen.length
    ? new Set(choices)
    : `${name} knows ${known.join(', ')}, and several of them with commas between.`;
}

function boundedText(value: string | null): string | undefined {
  const text = value?.trim().slice(0, LONGEST_TEXT) ?? '';
  return text === '' ? undefined : text;
}

function invalid(detail: string): ParsedCallQuery {
  return { kind: 'invalid', detail };
}
