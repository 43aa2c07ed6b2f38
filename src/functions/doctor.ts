import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { DeploymentProbes } from '../adapters/deployment-probes.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import {
  checkCallbackKeys,
  checkCallIds,
  checkClock,
  checkEngine,
  checkGraph,
  checkSettings,
  checkTable,
  checkToken,
  type DeploymentCheck,
} from '../core/operator-views/deployment-checks.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';

export interface DoctorDependencies {
  readonly probes: DeploymentProbes;
  readonly store: Pick<CallStore, 'ping'>;
  readonly limits: KeepaliveLimits;
  readonly engineStore: EngineStore;
  /** How many notifications this process got about calls whose ids have a form that is not known. */
  readonly unknownIds: () => number;
  readonly durableOf: (context: InvocationContext) => Pick<DurableCalls, 'status'>;
}

/** A setting that cannot be used, with an example of one that can. */
export interface WrongSetting {
  readonly setting: string;
  readonly problem: string;
  readonly example: string;
}

const NOBODYS_CALL = '00000000-0000-0000-0000-000000000000' as CallId;

/**
 * `GET /api/doctor`: looks at everything that the app needs from outside, and says what is wrong and what to do.
 *
 * Shape: → 200 `{healthy, checks: [{name, result: ok | warning | failed, detail, remedy?}]}`, also when nothing works.
 * Errors: none.  Effects: one table read, one status request, those of the probes; all at once, up to 10 s.
 */
export function doctor({ probes, store, limits, engineStore, unknownIds, durableOf }: DoctorDependencies) {
  return async (_request: unknown, context: InvocationContext): Promise<HttpResponseInit> => {
    const [token, graph, callbackKeys, table, engine] = await Promise.all([
      probes.token(),
      probes.graph(),
      probes.callbackKeys(),
      problemOf(store.ping()),
      problemOf(durableOf(context).status(NOBODYS_CALL)),
    ]);
    const [clock, callIds] = [checkClock(graph), checkCallIds(unknownIds())];
    return answer([
      checkSettings(limits),
      checkTable(table),
      checkEngine(engineStore, engine),
      checkToken(token),
      checkGraph(graph),
      ...(clock === undefined ? [] : [clock]),
      checkCallbackKeys(callbackKeys),
      ...(callIds === undefined ? [] : [callIds]),
    ]);
  };
}

/** The answer of an app whose settings are wrong, without a value of any. Nothing else can be looked at. */
export function misconfiguredDoctor(problems: readonly WrongSetting[]): () => HttpResponseInit {
  const checks = problems.map(({ setting, problem, example }): DeploymentCheck => {
    const remedy = `Set ${setting} and restart the app. For example: ${example}`;
    return { name: 'settings', result: 'failed', detail: `${setting} ${problem}.`, remedy };
  });
  return () => answer(checks);
}

/** The texts of these errors are made for operators. */
async function problemOf(question: Promise<unknown>): Promise<string | undefined> {
  return question.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : 'unknown error'),
  );
}

function answer(checks: readonly DeploymentCheck[]): HttpResponseInit {
  const healthy = checks.every(({ result }) => result !== 'failed');
  return { status: 200, jsonBody: { healthy, checks }, headers: { 'Cache-Control': 'no-store' } };
}
