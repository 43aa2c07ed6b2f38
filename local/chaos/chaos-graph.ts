import { resolve } from 'node:path';
import type { Clock } from '../../src/adapters/clock.ts';
import type { KeepAliveLogEntry } from '../simulated-graph/keepalive-log.ts';
import { startProcess } from './child-process.ts';

const MAIN = resolve(import.meta.dirname, '../simulated-graph/main.ts');

/** How long each keepAlive takes: Graph is not as fast as loopback, and a kill shall find requests on their way. */
export const ANSWER_DELAY_MS = 50;

/** The simulated Graph in a process of its own. */
export interface ChaosGraph {
  /** Such as `http://127.0.0.1:7072`. */
  readonly origin: string;
  /** Calls `onKeepAlive` right when Graph has answered one, with the call's id. Returns the function that ends it. */
  watch(onKeepAlive: (callId: string) => void): () => void;
  /** When the app took the news of each call's end, by call id. */
  readonly toldOfEnd: ReadonlyMap<string, number>;
  /** Resolves with the call's id when the app has taken the news that it is established. */
  createCall(callbackUri: string): Promise<string>;
  /** No effect on a call that Graph has ended before. */
  hangUp(callId: string): Promise<void>;
  log(): Promise<readonly KeepAliveLogEntry[]>;
  stop(): Promise<void>;
}

export async function startChaosGraph(speed: number, clock: Clock): Promise<ChaosGraph> {
  const started = Promise.withResolvers<string>();
  const watchers = new Set<(callId: string) => void>();
  const toldOfEnd = new Map<string, number>();
  const answers = new Map<string, PromiseWithResolvers<string>>();
  const answerToStart = (callId: string) => {
    const answer = answers.get(callId) ?? Promise.withResolvers<string>();
    answers.set(callId, answer);
    return answer;
  };
  const child = startProcess([MAIN, '--port', '0', '--speed', String(speed)], {}, (line) => {
    const origin = /^simulated Graph: (\S+)\/v1\.0,/.exec(line)?.[1];
    if (origin !== undefined) started.resolve(origin);
    const keptAlive = /^call (\S+): keepAlive \d+$/.exec(line)?.[1];
    if (keptAlive !== undefined) for (const watcher of [...watchers]) watcher(keptAlive);
    const [, begun, answer] = /^call (\S+): notification established (.*)$/.exec(line) ?? [];
    if (begun !== undefined && answer !== undefined) answerToStart(begun).resolve(answer);
    const told = /^call (\S+): notification terminated 2\d\d$/.exec(line)?.[1];
    if (told !== undefined) toldOfEnd.set(told, clock.nowMs());
  });
  void child.ended.then(() => started.reject(new Error('The simulated Graph did not start.')));
  const origin = await started.promise;

  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await fetch(`${origin}/control/${path}`, init);
    if (!answer.ok && answer.status !== 409)
      throw new Error(`The simulated Graph answered ${answer.status} to ${method} /control/${path}.`);
    return answer.status === 204 ? undefined : answer.json();
  };
  await control('POST', 'faults', { operation: 'keepAlive', times: 'always', delaySeconds: ANSWER_DELAY_MS / 1_000 });
  return {
    origin,
    toldOfEnd,
    watch(onKeepAlive) {
      watchers.add(onKeepAlive);
      return () => watchers.delete(onKeepAlive);
    },
    async createCall(callbackUri) {
      const callId = String(Object(await control('POST', 'calls', { callbackUri })).callId);
      const answer = await answerToStart(callId).promise;
      if (!answer.startsWith('2')) throw new Error(`The host answered ${answer} to the news of call ${callId}.`);
      return callId;
    },
    hangUp: async (callId) => void (await control('DELETE', `calls/${callId}`)),
    log: async () => Object(await control('GET', 'log')).value,
    stop: () => child.kill(),
  };
}
