import type { Interval } from './intervals.ts';
import { engineDelayMs } from './troubles.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const INTERVAL_MS = 15 * MINUTE_MS;
const STARTS = new Set(['established', 'hold', 'transferring']);

/** What the app owes a call. Instants in ms since the epoch. */
export interface Responsibility {
  /** Since when it has heard of the call, in the run that counts. */
  readonly knownAtMs: number;
  /** When the first keepAlive is due: at once when nobody had told of the call before it was established. */
  readonly firstDueAtMs: number;
  /** Since when an orchestration has to keep it alive. */
  readonly startedAtMs: number | undefined;
  /** When an operator had suspended that. */
  readonly asleep: readonly Interval[];
}

/** Undefined when the app had not heard of the call, or an operator had given it up. */
export function responsibilityFor(world: World, callId: string, endedAtMs: number): Responsibility | undefined {
  const { journal, table } = world;
  const operated = journal.operated.filter((one) => one.callId === callId && one.interval.fromMs < endedAtMs);
  const givenUpAtMs = operated.findLast(({ kind }) => kind === 'stopped' || kind === 'terminated')?.interval.fromMs;
  const registeredAtMs = operated.findLast(
    ({ kind, answeredAtMs }) => kind === 'registered' && answeredAtMs,
  )?.answeredAtMs;
  if (givenUpAtMs !== undefined && !(registeredAtMs !== undefined && registeredAtMs > givenUpAtMs)) return undefined;
  const asleep = operated
    .filter(({ kind }) => kind === 'suspended')
    .map(({ interval }) => ({ fromMs: interval.fromMs, toMs: interval.toMs + MINUTE_MS + engineDelayMs(world) }));
  // After it was given up, only the registration counts.
  if (givenUpAtMs !== undefined && registeredAtMs !== undefined) {
    return { knownAtMs: registeredAtMs, firstDueAtMs: registeredAtMs, startedAtMs: registeredAtMs, asleep };
  }
  const knownAtMs = table.firstTime(callId);
  if (knownAtMs === undefined) return undefined;
  const told = journal.notifications.find(
    (one) => one.callId === callId && STARTS.has(one.state) && one.status !== undefined && one.status < 300,
  )?.atMs;
  const startedAtMs = [told, registeredAtMs, table.firstTime(callId, 'active')].filter(
    (instant) => instant !== undefined,
  );
  const isOfUnknownAge = table.firstTime(callId, 'observed') === undefined;
  return {
    knownAtMs,
    firstDueAtMs: isOfUnknownAge ? knownAtMs : knownAtMs + INTERVAL_MS,
    startedAtMs: startedAtMs.length === 0 ? undefined : Math.min(...startedAtMs),
    asleep,
  };
}
