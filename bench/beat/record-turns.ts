import { randomUUID } from 'node:crypto';
import type { OrchestrationContext, Task } from 'durable-functions';
import * as df from 'durable-functions';
import { createVirtualClock } from '../../local/clock/virtual-clock.ts';
import { createDurableExtension } from '../../local/durable-extension/durable-extension.ts';
import { createMemoryHubStore } from '../../local/durable-extension/hub/memory-hub-store.ts';
import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import type { Invoke } from '../../local/functions-host/invocation.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { createGraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { createTracing } from '../../src/adapters/tracing.ts';
import { toInstanceId } from '../../src/core/call-record/call-id.ts';
import { CALL_ENDED_EVENT, KEEP_ALIVE_ACTIVITY, ORCHESTRATOR_NAME } from '../../src/core/keepalive/durable-names.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../src/core/keepalive/keepalive-state.ts';
import { keepAlive } from '../../src/functions/keep-alive.ts';
import { keepCallAlive } from '../../src/functions/keep-call-alive.ts';
import { sampleCallId } from '../sample-call.ts';

const INTERVAL_MS = 15 * 60_000;
const START_MS = Date.parse('2026-01-05T08:00:00Z');
const BASE = 'http://in-process.example/runtime/webhooks/durabletask';

/** What the worker is given in the course of one beat, as the real host sends it. */
export interface BeatInputs {
  /** The timer has fired: the orchestrator asks for a keepAlive. */
  readonly fired: string;
  readonly activity: string;
  /** The keepAlive is done: the orchestrator asks for the next timer. */
  readonly done: string;
}

export interface RecordedTurns {
  readonly beats: readonly BeatInputs[];
  readonly invoke: Invoke;
  /** The orchestrator that waits and calls in the same order, and does nothing else. */
  readonly bareLoop: string;
}

/** Runs one call for so many beats in one generation, and keeps what the functions were given. */
export async function recordTurns(beats: number, graphBaseUrl: string): Promise<RecordedTurns> {
  const clock = createVirtualClock({ startMs: START_MS });
  const registry = await loadFunctionApp(() => registerLoop(graphBaseUrl));
  const invoke = createInvoke({ registry });
  const turns: string[] = [];
  const activities: string[] = [];
  const extension = createDurableExtension({
    clock,
    store: createMemoryHubStore(),
    invoke(name, trigger, metadata) {
      (name === ORCHESTRATOR_NAME ? turns : activities).push(trigger.string ?? '');
      return invoke(name, trigger, metadata);
    },
    orchestrators: [ORCHESTRATOR_NAME],
    activities: [KEEP_ALIVE_ACTIVITY],
    hubName: 'Bench',
    defaultVersion: '1.0',
  });
  await extension.start();
  const callId = sampleCallId(0);
  const limits = toKeepaliveLimits({ intervalMs: INTERVAL_MS, timeScale: 1 });
  const input = startKeepalive({
    callId,
    graphCallId: callId,
    tenantId: SAMPLE_TENANT_ID,
    firstSeenAtMs: START_MS,
    limits,
  });
  await extension.handle({
    method: 'POST',
    url: new URL(`${BASE}/orchestrators/${ORCHESTRATOR_NAME}/${toInstanceId(callId)}`),
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(input)),
  });
  await clock.runUntil(START_MS + beats * INTERVAL_MS + 60_000);
  await extension.stop();
  return {
    invoke,
    bareLoop: BARE_LOOP,
    beats: Array.from({ length: beats }, (_, index) => ({
      fired: turns[2 * index + 1] ?? '',
      activity: activities[index] ?? '',
      done: turns[2 * index + 2] ?? '',
    })),
  };
}

/** Replays the same turns with the packages alone: waits and activities in the same order, no decision, no state. */
const BARE_LOOP = 'bareLoop';

function* bareLoop({ df }: OrchestrationContext): Generator<Task> {
  const callEnded = df.waitForExternalEvent(CALL_ENDED_EVENT);
  for (;;) {
    yield df.Task.any([callEnded, df.createTimer(new Date(df.currentUtcDateTime.getTime() + INTERVAL_MS))]);
    yield df.callActivity(KEEP_ALIVE_ACTIVITY, { callId: df.instanceId });
  }
}

/** The orchestrator and the keepAlive activity, as the app has them, with Graph at that address. */
function registerLoop(graphBaseUrl: string): void {
  const createCredential = () => ({ getToken: async () => ({ token: 'token', expiresOnTimestamp: Number.MAX_VALUE }) });
  const graph = createGraphCalls({
    graphBaseUrl,
    tokens: createGraphTokenSource({ createCredential, scope: '.default', clock: systemClock }),
    homeTenantId: SAMPLE_TENANT_ID,
    isTenantAllowed: () => true,
    clock: systemClock,
    fetch,
    newRequestId: randomUUID,
  });
  const tracing = createTracing();
  df.app.orchestration(ORCHESTRATOR_NAME, keepCallAlive);
  df.app.orchestration(BARE_LOOP, bareLoop);
  df.app.activity(KEEP_ALIVE_ACTIVITY, {
    handler: keepAlive({
      graph: tracing.graphCalls(graph),
      heartbeats: {
        record: async () => {},
        lastSuccessMs: async () => undefined,
        namedTenantId: async () => undefined,
      },
      limits: toKeepaliveLimits({ intervalMs: INTERVAL_MS, timeScale: 1 }),
      tracing,
      timeScale: 1,
      homeTenantId: SAMPLE_TENANT_ID,
    }),
  });
}
