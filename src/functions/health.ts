import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';

export interface HealthDependencies {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly engineStore: EngineStore;
  readonly durableOf: (context: InvocationContext) => DurableCalls;
}

type Part = 'up' | 'down';

/** Anybody may ask, so the answer is remembered this long: asking often must not cost storage. */
const REMEMBERED_MS = 5_000;
const NOBODYS_CALL = '00000000-0000-0000-0000-000000000000' as CallId;

/**
 * `GET /api/health`: 200 `{status: "ok"}` only when app, engine and table are up, else 503 with the part that is down, and
 * of the engine which kind of store it is on, as the template's `backend` says it.
 *
 * Effects: one table read and one status request, at most every 5 s.  Tells nothing else: it is open to anybody.
 */
export function health({ store, clock, engineStore, durableOf }: HealthDependencies) {
  let remembered: { readonly atMs: number; readonly answer: Promise<HttpResponseInit> } | undefined;
  return (_request: unknown, context: InvocationContext): Promise<HttpResponseInit> => {
    const nowMs = clock.nowMs();
    if (remembered === undefined || nowMs - remembered.atMs >= REMEMBERED_MS || nowMs < remembered.atMs) {
      remembered = { atMs: nowMs, answer: check(store, engineStore, durableOf(context)) };
    }
    return remembered.answer;
  };
}

/** The answer of an app whose settings are wrong. What is wrong stands in the log, not here. */
export function misconfiguredHealth(problems: number): () => HttpResponseInit {
  return () => answer(503, { status: 'misconfigured', problems });
}

async function check(store: CallStore, engineStore: EngineStore, durable: DurableCalls): Promise<HttpResponseInit> {
  const [table, engine] = await Promise.all([partOf(store.ping()), partOf(durable.status(NOBODYS_CALL))]);
  const isUp = table === 'up' && engine === 'up';
  const backend = engineStore === 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' ? 'durableTaskScheduler' : 'storage';
  const parts = { engine, table, ...(engine === 'up' ? {} : { backend }) };
  return answer(isUp ? 200 : 503, { status: isUp ? 'ok' : 'unavailable', ...parts });
}

async function partOf(question: Promise<unknown>): Promise<Part> {
  return question.then(
    () => 'up',
    () => 'down',
  );
}

function answer(status: number, jsonBody: object): HttpResponseInit {
  return { status, jsonBody, headers: { 'Cache-Control': 'no-store' } };
}
