import type { KeepAliveLogEntry } from '../simulated-graph/keepalive-log.ts';
import type { WorkInFlight } from './work-in-flight.ts';

export interface Kill extends WorkInFlight {
  readonly atMs: number;
  /** From the kill to the first keepAlive of the next host; undefined = none came. */
  readonly backAfterMs: number | undefined;
}

export interface ChaosFacts {
  /** Graph's own log. */
  readonly entries: readonly KeepAliveLogEntry[];
  readonly kills: readonly Kill[];
  /** When the app took the news of each call's end, by call id. */
  readonly toldOfEnd: ReadonlyMap<string, number>;
  readonly intervalMs: number;
  readonly limitMs: number;
  /** Calls that the host still believed to go on when all had ended. */
  readonly leftRunning: number;
}

export interface ChaosVerdict {
  readonly calls: number;
  readonly keepAlives: number;
  /** Calls that Graph ended with 408/8537, or that it had to wait for longer than it allows. */
  readonly missed: number;
  /** keepAlives more than 2 s after they were due, and by how much the latest. */
  readonly late: number;
  readonly worstLateMs: number;
  /** keepAlives well before they were due: the same one a second time. */
  readonly doubled: number;
  /** keepAlives under way at the kills: as many may come twice. */
  readonly inFlight: number;
  /** keepAlives that fell due when the app knew already that their call had ended. */
  readonly afterTheEnd: number;
  /** Ends whose notification met a dead host: the app learns of them by a 404. */
  readonly untoldEnds: number;
  readonly longestGapMs: number;
  readonly backAfterMs: readonly number[];
  /** One sentence for each broken promise; empty = all kept. */
  readonly violations: readonly string[];
}

type KeepAlive = Extract<KeepAliveLogEntry, { kind: 'keepAlive' }>;

const LATE_MS = 2_000;
/** Graph may answer a request of the dead host this long after the kill. */
const ECHO_MS = 1_000;
/** The app counts the interval from when it asked, Graph from when it answered. */
const ANSWER_MS = 500;

/** Judges a run by what Graph saw. Pure. */
export function judge(facts: ChaosFacts): ChaosVerdict {
  const { entries, kills, intervalMs, limitMs } = facts;
  const keepAlives = entries.filter((entry) => entry.kind === 'keepAlive');
  const successes = keepAlives.filter(({ status }) => status === 200);
  const gaps = successes.map(({ sinceLastSuccessMs = 0 }) => sinceLastSuccessMs);
  const lateness = gaps.map((gapMs) => gapMs - intervalMs).filter((lateMs) => lateMs > LATE_MS);
  const after = judgeEnds(facts, keepAlives);
  const counts = {
    calls: new Set(entries.flatMap((entry) => (entry.kind === 'transition' ? entry.callId : []))).size,
    keepAlives: successes.length,
    missed: countMissed(entries, successes, limitMs),
    late: lateness.length,
    worstLateMs: Math.max(0, ...lateness),
    doubled: gaps.filter((gapMs) => gapMs < intervalMs * 0.9).length,
    inFlight: kills.reduce((sum, kill) => sum + kill.keepAlives.length, 0),
    ...after,
    longestGapMs: gaps.reduce((longest, gapMs) => Math.max(longest, gapMs), 0),
    backAfterMs: kills.flatMap(({ backAfterMs }) => backAfterMs ?? []),
  };
  return { ...counts, violations: findViolations(counts, facts) };
}

function countMissed(entries: readonly KeepAliveLogEntry[], successes: readonly KeepAlive[], limitMs: number): number {
  const ended = entries.flatMap((entry) =>
    entry.kind === 'transition' && entry.resultInfo?.subcode === 8537 ? entry.callId : [],
  );
  const overdue = successes.flatMap(({ callId, sinceLastSuccessMs = 0 }) =>
    callId !== undefined && sinceLastSuccessMs > limitMs ? callId : [],
  );
  return new Set([...ended, ...overdue]).size;
}

/**
 * A call whose end the app was told must see no keepAlive that fell due later. One that was due before may have been
 * under way, and one that a kill left without a result is sent again. Of an end that was not told, the app learns by
 * one keepAlive.
 */
function judgeEnds(facts: ChaosFacts, keepAlives: readonly KeepAlive[]) {
  let afterTheEnd = 0;
  let untoldEnds = 0;
  for (const entry of facts.entries) {
    if (entry.kind !== 'transition' || entry.state !== 'terminated') continue;
    const { callId, atMs } = entry;
    const since = keepAlives.filter((keepAlive) => keepAlive.callId === callId && keepAlive.atMs > atMs);
    const toldAtMs = facts.toldOfEnd.get(callId);
    if (toldAtMs === undefined) untoldEnds++;
    const unasked = since.filter((keepAlive) => !isSentAgain(keepAlive, facts.kills));
    const isWrong = (keepAlive: KeepAlive, index: number) =>
      toldAtMs === undefined ? index > 0 : dueMs(keepAlive, facts.intervalMs) > toldAtMs;
    afterTheEnd += unasked.filter(isWrong).length;
  }
  return { afterTheEnd, untoldEnds };
}

function lastSuccessAtMs({ atMs, sinceLastSuccessMs = 0 }: KeepAlive): number {
  return atMs - sinceLastSuccessMs;
}

/** The earliest that the app can have sent it, unless a kill made it send it again. */
function dueMs(keepAlive: KeepAlive, intervalMs: number): number {
  return lastSuccessAtMs(keepAlive) + intervalMs - ANSWER_MS;
}

/** Its first sending, which may have reached Graph just after the kill, is the last success. */
function isSentAgain(keepAlive: KeepAlive, kills: readonly Kill[]): boolean {
  const { callId = '', atMs } = keepAlive;
  const sinceMs = lastSuccessAtMs(keepAlive) - ECHO_MS;
  return kills.some((kill) => kill.atMs >= sinceMs && kill.atMs < atMs && kill.keepAlives.includes(callId));
}

function findViolations(
  counts: Omit<ChaosVerdict, 'violations'>,
  { kills, leftRunning }: ChaosFacts,
): readonly string[] {
  const dead = kills.length - counts.backAfterMs.length;
  const broken: readonly (readonly [boolean, string])[] = [
    [counts.keepAlives === 0, 'no call was kept alive at all'],
    [counts.missed > 0, `${counts.missed} calls were not kept alive in time, and Graph ended them`],
    [
      counts.doubled > counts.inFlight,
      `${counts.doubled} keepAlives came twice, but only ${counts.inFlight} were under way at a kill`,
    ],
    [counts.afterTheEnd > 0, `${counts.afterTheEnd} keepAlives fell due after the app knew that their call had ended`],
    [dead > 0, `after ${dead} kills no keepAlive came any more`],
    [leftRunning > 0, `${leftRunning} calls that had ended were not cleaned up`],
  ];
  return broken.flatMap(([isBroken, sentence]) => (isBroken ? sentence : []));
}
