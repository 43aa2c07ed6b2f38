import { createRandom, type Random } from '../random.ts';
import { LONGEST_ENGINE_API_OUTAGE_MS, LONGEST_OUTAGE_MS, LONGEST_WEBHOOK_OUTAGE_MS } from './assumptions.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { Interval } from './intervals.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How Graph fails during one outage. `retryAfter` is only told, not kept to. */
export interface GraphFailure {
  readonly how: 'status' | 'reset' | 'hang';
  readonly status: number;
  readonly errorCode?: string;
  readonly retryAfter?: 'truthful' | 'long';
}

/** A stretch in which one part of the world is down. */
export type Outage = Interval &
  (
    | { readonly part: 'graph'; readonly failure: GraphFailure }
    | {
        readonly part: 'tokenEndpoint' | 'table' | 'webhook' | 'callbackKeys' | 'engineApi';
        readonly how: 'refuses' | 'hangs';
      }
  );

const STATUSES = [429, 500, 502, 503, 504] as const;

/** Draws every outage of a seed. Long ones are rare: most last seconds or a few minutes. */
export function planOutages(seed: number, whole: Interval, has: (kind: FaultKind) => boolean): readonly Outage[] {
  const draw = (
    kind: FaultKind,
    perDay: number,
    toOutage: (random: Random) => readonly Outage[],
  ): readonly Outage[] => {
    if (!has(kind)) return [];
    const random = createRandom(seed, 'outages', kind);
    const count = Math.ceil((random.between(0.3, 1) * perDay * (whole.toMs - whole.fromMs)) / DAY_MS);
    return Array.from({ length: count }, () => toOutage(random)).flat();
  };
  const during = (random: Random, shortestMs: number, longestMs: number): Interval => {
    const fromMs = random.between(whole.fromMs, whole.toMs);
    return { fromMs, toMs: fromMs + random.between(shortestMs, longestMs) };
  };
  const graph = (random: Random, interval: Interval, failure: GraphFailure = anyFailure(random)): Outage => ({
    ...interval,
    part: 'graph',
    failure,
  });
  const other =
    (part: 'tokenEndpoint' | 'table' | 'webhook' | 'callbackKeys' | 'engineApi', longMs = LONGEST_OUTAGE_MS) =>
    (random: Random): readonly Outage[] => {
      const longestMs = random.chance(0.2) ? longMs : 6 * MINUTE_MS;
      const { fromMs, toMs } = during(random, 5 * SECOND_MS, longestMs);
      return [
        { fromMs, toMs: Math.min(toMs, whole.toMs + LONGEST_OUTAGE_MS), part, how: random.pick(['refuses', 'hangs']) },
      ];
    };
  return [
    ...draw('graphErrors', 150, (random) => [graph(random, during(random, SECOND_MS, 2 * MINUTE_MS))]),
    ...draw('graphOutage', 8, (random) => {
      const longestMs = random.chance(0.5) ? LONGEST_OUTAGE_MS : 8 * MINUTE_MS;
      return [graph(random, during(random, 2 * MINUTE_MS, longestMs))];
    }),
    ...draw('graphOutage', 3, (random) => flickering(random, during(random, 0, 0).fromMs, graph)),
    ...strange404s(seed, whole, has, graph),
    ...draw('graphDenies', 6, (random) => [
      graph(random, during(random, SECOND_MS, 15 * MINUTE_MS), deniedBy(random.pick([400, 401, 403]))),
    ]),
    ...draw('graphLongRetryAfter', 20, (random) => [
      graph(random, during(random, SECOND_MS, 6 * MINUTE_MS), {
        how: 'status',
        status: random.pick([429, 503]),
        retryAfter: 'long',
      }),
    ]),
    ...draw('tokenEndpointDown', 8, other('tokenEndpoint')),
    ...draw('tableOutage', 6, other('table')),
    ...draw('engineApiDown', 4, other('engineApi', LONGEST_ENGINE_API_OUTAGE_MS)),
    ...draw('webhookDown', 12, other('webhook', LONGEST_WEBHOOK_OUTAGE_MS)),
    ...draw('callbackKeysDown', 4, other('callbackKeys')),
  ];
}

/** A few times a day, hours apart. */
function strange404s(
  seed: number,
  whole: Interval,
  has: (kind: FaultKind) => boolean,
  graph: (random: Random, interval: Interval, failure: GraphFailure) => Outage,
): readonly Outage[] {
  if (!has('graphUnclear404')) return [];
  const random = createRandom(seed, 'outages', 'graphUnclear404');
  const count = random.int(1, 4);
  const shareMs = (whole.toMs - whole.fromMs) / count;
  return Array.from({ length: count }, (_, index) => {
    const fromMs = whole.fromMs + (index + random.between(0, 0.5)) * shareMs;
    const toMs = fromMs + random.between(20 * SECOND_MS, Math.min(LONGEST_OUTAGE_MS, shareMs / 2));
    return graph(random, { fromMs, toMs }, { how: 'status', status: 404, errorCode: 'ResourceNotFound' });
  });
}

/** Hours in which Graph accepts for little more than one minute in every ten. */
function flickering(
  random: Random,
  startMs: number,
  graph: (random: Random, interval: Interval) => Outage,
): readonly Outage[] {
  const outages: Outage[] = [];
  let fromMs = startMs;
  for (let round = random.int(5, 20); round > 0; round--) {
    const toMs = fromMs + random.between(4 * MINUTE_MS, 8 * MINUTE_MS);
    outages.push(graph(random, { fromMs, toMs }));
    fromMs = toMs + random.between(61 * SECOND_MS, 2 * MINUTE_MS);
  }
  return outages;
}

function deniedBy(status: 400 | 401 | 403): GraphFailure {
  return status === 403 ? { how: 'status', status, errorCode: '7504' } : { how: 'status', status };
}

function anyFailure(random: Random): GraphFailure {
  const how = random.pick(['status', 'status', 'reset', 'hang'] as const);
  const status = random.pick(STATUSES);
  return how === 'status' && random.chance(0.4) ? { how, status, retryAfter: 'truthful' } : { how, status };
}
