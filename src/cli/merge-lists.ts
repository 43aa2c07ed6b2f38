import type { Told } from './ask-all.ts';
import type { CallList } from './call-rows.ts';
import { type JsonObject, numberOf, textOf } from './json-value.ts';

/**
 * The lists of several apps as one: the most endangered call of all first, each row with the app it is kept alive by.
 *
 * Shape: lists as told, of so many apps that were asked → one list; that of a single app as it is.  Errors: none.
 */
export function mergeLists(told: readonly Told<CallList>[], most: number, asked: number): CallList {
  const [only] = told;
  if (only === undefined)
    return {
      asOf: '',
      maximumGapSeconds: undefined,
      counters: {},
      matched: 0,
      value: [],
      latestLoss: {},
      engineProblem: '',
    };
  if (asked === 1) return only.answer;
  const lists = told.map(({ answer }) => answer);
  const rows = told.flatMap(({ url, answer }) => answer.value.map((row) => ({ ...row, app: new URL(url).host })));
  return {
    asOf: lists.map(({ asOf }) => asOf).toSorted()[0] ?? '',
    maximumGapSeconds: only.answer.maximumGapSeconds,
    counters: sumCounters(lists.map(({ counters }) => counters)),
    matched: lists.reduce((sum, { matched }) => sum + matched, 0),
    latestLoss: latestOf(lists),
    engineProblem: lists.map(({ engineProblem }) => engineProblem).find((problem) => problem !== '') ?? '',
    value: rows.toSorted((one, other) => dangerOf(one) - dangerOf(other)).slice(0, most),
  };
}

/** The time that is left; calls without a deadline after those with one, ended ones last. */
function dangerOf(row: JsonObject): number {
  return textOf(row, 'state') === 'ended'
    ? Number.MAX_VALUE
    : (numberOf(row, 'marginSeconds') ?? Number.MAX_SAFE_INTEGER);
}

function latestOf(lists: readonly CallList[]): JsonObject {
  const losses = lists.map(({ latestLoss }) => latestLoss).filter((loss) => textOf(loss, 'at') !== '');
  return losses.toSorted((one, other) => (textOf(one, 'at') < textOf(other, 'at') ? 1 : -1))[0] ?? {};
}

function sumCounters(all: readonly JsonObject[]): JsonObject {
  const names = new Set(all.flatMap((counters) => Object.keys(counters)));
  return Object.fromEntries(
    [...names].map((name) => [name, all.reduce((sum, counters) => sum + (numberOf(counters, name) ?? 0), 0)]),
  );
}
