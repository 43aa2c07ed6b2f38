import type { Api } from './api.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from './json-value.ts';
import type { Colour } from './paint.ts';
import type { Column } from './table.ts';
import { toDurationText, toInstantText } from './time-text.ts';

/** Which calls are wanted, as the API's query takes it. */
export interface CallFilterOptions {
  readonly state?: string;
  readonly danger?: string;
  readonly tenant?: string;
  readonly text?: string;
  readonly ended?: true;
}

/** The calls with what the API says of all of them. */
export interface CallList {
  readonly asOf: string;
  readonly maximumGapSeconds: number | undefined;
  readonly counters: JsonObject;
  readonly matched: number;
  readonly value: readonly JsonObject[];
  /** The call that was lost last, within a day; empty without one. */
  readonly latestLoss: JsonObject;
  /** Why the engine could not be asked about calls in trouble; empty when it was, or need not be. */
  readonly engineProblem: string;
}

const LARGEST_PAGE = 1_000;

/** Reads page after page, up to so many calls. Errors: CliError. */
export async function fetchCalls(api: Api, filter: CallFilterOptions, most: number): Promise<CallList> {
  const rows: JsonObject[] = [];
  let list: JsonObject = {};
  let continuationToken = '';
  do {
    const query = new URLSearchParams({ top: String(Math.min(LARGEST_PAGE, most - rows.length)) });
    for (const name of ['state', 'danger', 'tenant', 'text'] as const) {
      if (filter[name] !== undefined) query.set(name, filter[name]);
    }
    if (filter.ended) query.set('include', 'ended');
    if (continuationToken !== '') query.set('continuationToken', continuationToken);
    list = await api.get(`calls?${query}`, 'value');
    rows.push(...objectsOf(list, 'value'));
    continuationToken = textOf(list, 'continuationToken');
  } while (continuationToken !== '' && rows.length < most);
  return {
    asOf: textOf(list, 'asOf'),
    maximumGapSeconds: numberOf(list, 'maximumGapSeconds'),
    counters: objectOf(list, 'counters'),
    matched: numberOf(list, 'matched') ?? rows.length,
    value: rows,
    latestLoss: objectOf(list, 'latestLoss'),
    engineProblem: textOf(list, 'engineProblem'),
  };
}

export function dangerColour(row: JsonObject): Colour {
  if (textOf(row, 'state') === 'lost') return 'red';
  if (textOf(row, 'state') === 'ended') return 'dim';
  switch (textOf(row, 'danger')) {
    case 'overdue':
      return 'red';
    case 'failing':
    case 'late':
      return 'yellow';
    default:
      return 'plain';
  }
}

/** What is looked for first stands first; the reason stands last, where a narrow terminal cuts it off. */
const CALL_COLUMNS: readonly Column<JsonObject>[] = [
  { title: 'STATE', text: (row) => textOf(row, 'state'), colour: dangerColour },
  { title: 'LEFT', text: marginText, alignRight: true, colour: dangerColour },
  { title: 'KEPT', text: (row) => textOf(row, 'keepAlives'), alignRight: true },
  { title: 'CALL', text: (row) => textOf(row, 'callId') },
  { title: 'WHY', text: (row) => textOf(row, 'why') },
];

/** The columns, with the app where there are several. */
export function callColumns(rows: readonly JsonObject[]): readonly Column<JsonObject>[] {
  const app = { title: 'APP', text: (row: JsonObject) => textOf(row, 'app') };
  return rows.some((row) => row.app !== undefined) ? [app, ...CALL_COLUMNS] : CALL_COLUMNS;
}

/** What was lost comes first, for nobody must overlook it. */
export function toCountsText({ asOf, counters, latestLoss }: CallList): string {
  const lost = numberOf(counters, 'lost') ?? 0;
  const at = toInstantText(textOf(latestLoss, 'at'));
  const loss = `${lost === 1 ? '1 call was lost' : `${lost} calls were lost, the last one`} at ${at}: ${textOf(latestLoss, 'cause')}. `;
  const counts = ['open', 'late', 'failing', 'overdue', 'ended'].flatMap((name) => {
    const count = numberOf(counters, name);
    return count === undefined || (count === 0 && name !== 'open') ? [] : [`${count} ${name}`];
  });
  return `${lost === 0 ? '' : loss}${counts.join(', ')}; as of ${toInstantText(asOf)} UTC`;
}

function marginText(row: JsonObject): string {
  const margin = numberOf(row, 'marginSeconds');
  return margin === undefined ? '' : toDurationText(margin);
}
