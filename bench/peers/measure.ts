import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Candidate, Running } from './candidate.ts';
import { type LoadResult, quantile, sendAll } from './load.ts';
import { cpuMs, memoryKb } from './processes.ts';
import type { Target } from './target.ts';

export interface Measurement {
  readonly ingest: Omit<LoadResult, 'acknowledgedMs'>;
  /** Of all its processes, from the first request until the last was answered. */
  readonly cpuMsPerStart: number;
  readonly ends: Omit<LoadResult, 'acknowledgedMs'>;
  readonly steady?: {
    readonly cpuMsPerBeat: number;
    /** Beats in the window over those that were due. */
    readonly share: number;
    readonly lateP50Ms: number;
    readonly lateP99Ms: number;
    readonly memoryKbPerCall: number;
    readonly idleMemoryMb: number;
  };
}

/** Until the compilers of all candidates have settled: what a start costs a fresh process is measured by `cold-start`. */
const WARM_UP_CALLS = 1_000;
/** For what a candidate does after its 2xx. */
const SETTLE_MS = 5_000;

/** C calls established, beats watched for a while, calls ended. */
export async function measure(
  candidate: Candidate,
  running: Running,
  target: Target,
  { calls, beatMs, windowMs }: { readonly calls: number; readonly beatMs: number; readonly windowMs: number },
): Promise<Measurement> {
  const warmUp = Array.from({ length: WARM_UP_CALLS }, () => randomUUID());
  await sendAll(warmUp.map(running.established));
  await sendAll(warmUp.map(running.ended));
  await wait(2_000);
  target.clear();
  const idleKb = memoryKb(running.roots());
  const ids = Array.from({ length: calls }, () => randomUUID());
  const cpuAtFirst = cpuMs(running.roots());
  const ingest = withoutTimes(await sendAll(ids.map(running.established)));
  const cpuMsPerStart = (cpuMs(running.roots()) - cpuAtFirst) / calls;
  const steady = candidate.scope === 'ingest' ? undefined : await watch();
  const ends = withoutTimes(await sendAll(ids.map(running.ended)));
  return { ingest, cpuMsPerStart, ends, ...(steady === undefined ? {} : { steady }) };

  async function watch() {
    const limitMs = performance.now() + 2 * beatMs;
    while (ids.some((id) => !target.beats.has(id)) && performance.now() < limitMs) await wait(100);
    // Calls that began together beat together: the window begins between two such bursts, so that it holds one of each.
    await wait(beatMs / 2);
    const cpuBefore = cpuMs(running.roots());
    const fromMs = performance.now();
    await wait(windowMs);
    const toMs = performance.now();
    const cpu = cpuMs(running.roots()) - cpuBefore;
    const { count, lateMs } = beatsBetween(target, ids, fromMs, toMs, beatMs);
    return {
      cpuMsPerBeat: cpu / count,
      share: count / ((calls * (toMs - fromMs)) / beatMs),
      lateP50Ms: quantile(lateMs, 0.5),
      lateP99Ms: quantile(lateMs, 0.99),
      memoryKbPerCall: (memoryKb(running.roots()) - idleKb) / calls,
      idleMemoryMb: idleKb / 1_024,
    };
  }
}

export interface OpenCalls {
  readonly calls: number;
  readonly perSecond: number;
  readonly idleMemoryMb: number;
  readonly memoryKbPerCall: number;
}

/** Many calls established and left open, for the memory that they take; no beat falls due meanwhile. */
export async function measureOpenCalls(running: Running, calls: number): Promise<OpenCalls> {
  const idleKb = memoryKb(running.roots());
  const { perSecond } = await sendAll(Array.from({ length: calls }, () => running.established(randomUUID())));
  await wait(SETTLE_MS);
  const memoryKbPerCall = (memoryKb(running.roots()) - idleKb) / calls;
  return { calls, perSecond, idleMemoryMb: idleKb / 1_024, memoryKbPerCall };
}

/** Lateness: how much longer than T after the call's previous beat. */
function beatsBetween(target: Target, ids: readonly string[], fromMs: number, toMs: number, beatMs: number) {
  const lateMs: number[] = [];
  let count = 0;
  for (const id of ids) {
    const times = target.beats.get(id) ?? [];
    for (const [index, at] of times.entries()) {
      if (at < fromMs || at >= toMs) continue;
      count++;
      const previous = times[index - 1];
      if (previous !== undefined) lateMs.push(Math.max(0, at - previous - beatMs));
    }
  }
  return { count, lateMs };
}

function withoutTimes({ acknowledgedMs: _, ...rest }: LoadResult) {
  return rest;
}
