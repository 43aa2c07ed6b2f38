import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Running } from './candidate.ts';
import { sendAll } from './load.ts';
import type { Target } from './target.ts';
import { type CallLife, judge, type Verdict } from './verdict.ts';

export interface KillPlan {
  readonly calls: number;
  readonly beatMs: number;
  readonly kills: number;
  readonly everyMs: number;
  /** How long after the last kill. */
  readonly watchMs: number;
}

export interface KillResult extends Verdict {
  /** For each kill: ms until the next beat came. */
  readonly backAfterMs: readonly number[];
  readonly repeated: number;
}

/** How many calls begin and end around each kill, their events repeated until they are taken. */
const CHANGES = 5;

/**
 * Kills the worker within a burst of beats, again and again. Calls begin and end at the same moment.
 *
 * The target answers after a while (see `answerDelayMs`), so that a kill finds beats on their way.
 */
export async function killAgainAndAgain(running: Running, target: Target, plan: KillPlan): Promise<KillResult> {
  const { calls, beatMs, kills, everyMs, watchMs } = plan;
  const established = new Map<string, number>();
  const ended = new Map<string, number>();
  let repeated = 0;
  const begin = async (count: number) => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const sent = await sendAll(ids.map(running.established));
    repeated += sent.repeated;
    for (const [index, id] of ids.entries()) established.set(id, sent.acknowledgedMs[index] ?? 0);
  };
  const end = async (ids: readonly string[]) => {
    const sent = await sendAll(ids.map(running.ended));
    repeated += sent.repeated;
    for (const [index, id] of ids.entries()) ended.set(id, sent.acknowledgedMs[index] ?? 0);
  };
  const open = () => [...established.keys()].filter((id) => !ended.has(id));

  await begin(calls);
  await wait(1.5 * beatMs);
  const backAfterMs: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await someBeats(target, new Set(open()), 1 + Math.floor(Math.random() * (calls / 2)), 3 * beatMs);
    const changes = Promise.all([begin(CHANGES), end(open().slice(0, CHANGES))]);
    const atMs = performance.now();
    await running.killWorker();
    const settled = wait(everyMs);
    const open1 = new Set(open());
    // What the dead worker had sent still arrives within a few ms.
    await wait(30);
    await someBeats(target, open1, 1, everyMs);
    backAfterMs.push(performance.now() - atMs);
    await changes;
    await settled;
  }
  await wait(watchMs);
  const untilMs = performance.now();
  await end(open());
  await wait(1.5 * beatMs + 1_000);
  const lives = [...established].map(([callId, establishedMs]): CallLife => {
    const endedMs = ended.get(callId);
    const beats = target.beats.get(callId) ?? [];
    return { callId, establishedMs, beats, ...(endedMs === undefined ? {} : { endedMs }) };
  });
  return { ...judge(lives, beatMs, untilMs), backAfterMs, repeated };
}

/** Resolves when so many beats of these calls have come, or after the limit. */
async function someBeats(target: Target, ids: ReadonlySet<string>, count: number, limitMs: number): Promise<void> {
  const stop = AbortSignal.timeout(limitMs);
  const reached = Promise.withResolvers<void>();
  let left = count;
  const unwatch = target.watch((callId) => {
    if (ids.has(callId) && --left === 0) reached.resolve();
  });
  stop.addEventListener('abort', () => reached.resolve());
  await reached.promise;
  unwatch();
}
