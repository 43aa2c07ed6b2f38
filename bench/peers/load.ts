import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallRequest } from './candidate.ts';

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that had to be repeated. */
  readonly repeated: number;
  /** When each was answered with 2xx, in ms of `performance.now()`, in the order of the requests. */
  readonly acknowledgedMs: readonly number[];
}

const RETRY_AFTER_MS = 100;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends them with so many in flight; each is repeated until it is answered with 2xx, as Graph repeats its own. */
export async function sendAll(requests: readonly CallRequest[], concurrency = 64): Promise<LoadResult> {
  const tookMs: number[] = [];
  const acknowledgedMs: number[] = [];
  let repeated = 0;
  let next = 0;
  const startedMs = performance.now();
  async function sender(): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const beganMs = performance.now();
      const one = requests[index];
      if (one === undefined) return;
      while (!(await isTaken(one))) {
        repeated++;
        await wait(RETRY_AFTER_MS);
      }
      acknowledgedMs[index] = performance.now();
      tookMs.push(performance.now() - beganMs);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, sender));
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    perSecond: requests.length / seconds,
    p50Ms: quantile(tookMs, 0.5),
    p99Ms: quantile(tookMs, 0.99),
    repeated,
    acknowledgedMs,
  };
}

function isTaken({ method, url, headers = {}, body = '' }: CallRequest): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      url,
      { method, agent, timeout: 30_000, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        const { statusCode = 0 } = answer;
        answer.resume().once('error', () => resolve(false));
        answer.once('end', () => resolve(statusCode >= 200 && statusCode < 300));
      },
    );
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('error', () => resolve(false));
    outgoing.end(body);
  });
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
};
