import * as df from 'durable-functions';
import { createVirtualClock, type VirtualClock } from '../../local/clock/virtual-clock.ts';
import { createDurableExtension } from '../../local/durable-extension/durable-extension.ts';
import { EventType, type HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';
import { createMemoryHubStore } from '../../local/durable-extension/hub/memory-hub-store.ts';
import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import type { Invoke, RpcTypedData } from '../../local/functions-host/invocation.ts';
import { DeliveryPostponedError } from '../../src/core/call-end/delivery-postponed-error.ts';
import { parseCallId, toInstanceId } from '../../src/core/call-record/call-id.ts';
import {
  CALL_ENDED_EVENT,
  CLEAN_UP_ACTIVITY,
  DELIVER_CALL_ENDED_ACTIVITY,
  KEEP_ALIVE_ACTIVITY,
  ORCHESTRATOR_NAME,
} from '../../src/core/keepalive/durable-names.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../src/core/keepalive/keepalive-state.ts';
import { keepCallAlive } from '../../src/functions/keep-call-alive.ts';
import type { GoldenHistory } from './golden-history.ts';
import { type Scenario, START_MS } from './scenarios.ts';

const GRAPH_CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const BASE = 'http://in-process.example/runtime/webhooks/durabletask';

/** Runs today's orchestrator through a scenario on the local engine and returns its history. Every id and time is fixed. */
export async function recordHistory(scenario: Scenario, orchestratorVersion: string): Promise<GoldenHistory> {
  const callId = parseCallId(GRAPH_CALL_ID);
  if (callId === undefined) throw new Error('the sample is a call id');
  const clock = createVirtualClock({ startMs: START_MS });
  const store = createMemoryHubStore();
  const generations = new Map<string, readonly HistoryEvent[]>();
  const registry = await loadFunctionApp(() => registerScenario(scenario, clock));
  let ids = 0;
  const extension = createDurableExtension({
    clock,
    store,
    invoke: watching(createInvoke({ registry }), generations),
    orchestrators: [ORCHESTRATOR_NAME],
    activities: [KEEP_ALIVE_ACTIVITY, CLEAN_UP_ACTIVITY, DELIVER_CALL_ENDED_ACTIVITY],
    hubName: 'Golden',
    defaultVersion: orchestratorVersion,
    newId: () => (++ids).toString(16).padStart(32, '0'),
  });
  await extension.start();

  const instanceId = toInstanceId(callId);
  const post = (path: string, body: unknown) =>
    extension.handle({
      method: 'POST',
      url: new URL(`${BASE}/${path}`),
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify(body)),
    });
  const limits = toKeepaliveLimits({ intervalMs: 15 * 60_000, timeScale: 1 });
  const input = startKeepalive({ callId, graphCallId: GRAPH_CALL_ID, firstSeenAtMs: START_MS, limits });
  await post(`orchestrators/${ORCHESTRATOR_NAME}/${instanceId}`, input);
  if (scenario.endedAtMs !== undefined) {
    const resultInfo = { code: 200, subcode: 4521, message: 'Call ended by the other participant.' };
    await clock.runUntil(START_MS + scenario.endedAtMs);
    await post(`instances/${instanceId}/raiseEvent/${CALL_ENDED_EVENT}`, { reason: 'terminated', resultInfo });
  }
  await clock.runUntil(START_MS + scenario.runForMs);
  await extension.stop();

  const last = await store.readHistory(instanceId);
  const earlier = [...generations.values()].slice(0, -1);
  return {
    orchestratorVersion,
    about: scenario.about,
    instanceId,
    generations: [...earlier.map((history, index) => withContinueAsNew(history, [...earlier, last][index + 1])), last],
  };
}

function registerScenario(scenario: Scenario, clock: VirtualClock): void {
  const { keepAlives = [], cleanUps = [], failedDeliveries = 0, postponedDeliveries = 0 } = scenario;
  let keepAlive = 0;
  let cleanUp = 0;
  let delivery = 0;
  df.app.orchestration(ORCHESTRATOR_NAME, keepCallAlive);
  df.app.activity(KEEP_ALIVE_ACTIVITY, {
    handler: async () => {
      const answer = keepAlives[keepAlive++] ?? { kind: 'alive' };
      const sentAtMs = clock.nowMs();
      const durationMs = scenario.keepAliveTakesMs ?? 0;
      if (durationMs > 0) await clock.suspend(new Promise<void>((resolve) => clock.after(durationMs, resolve)));
      if ('throws' in answer) throw new Error(answer.throws);
      const clientRequestId = `client-request-${keepAlive}`;
      const tenantId = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
      return { sentAtMs, durationMs, clientRequestId, tenantId, requestId: `request-${keepAlive}`, ...answer };
    },
  });
  df.app.activity(CLEAN_UP_ACTIVITY, {
    handler: () => {
      const answer = cleanUps[cleanUp++] ?? { deliver: false };
      if ('throws' in answer) throw new Error(answer.throws);
      return answer;
    },
  });
  df.app.activity(DELIVER_CALL_ENDED_ACTIVITY, {
    handler: () => {
      if (delivery++ < postponedDeliveries) throw new DeliveryPostponedError(7 * 60_000);
      if (delivery <= postponedDeliveries + failedDeliveries) throw new Error('the webhook answered 500');
    },
  });
}

/** Keeps the last history that the orchestrator function was given in each generation. */
function watching(invoke: Invoke, generations: Map<string, readonly HistoryEvent[]>): Invoke {
  return (name, trigger, metadata) => {
    if (name === ORCHESTRATOR_NAME) {
      const events = historyOf(trigger);
      generations.set(executionIdOf(events), events);
    }
    return invoke(name, trigger, metadata);
  };
}

function historyOf({ string }: RpcTypedData): readonly HistoryEvent[] {
  const { history } = JSON.parse(string ?? '');
  return history.map(({ IsPlayed, ...event }: Record<string, unknown>) => event);
}

function executionIdOf(events: readonly HistoryEvent[]): string {
  for (const event of events) {
    if (event.EventType === EventType.ExecutionStarted) return event.OrchestrationInstance.ExecutionId;
  }
  throw new Error('a history without ExecutionStarted');
}

/** The end of a generation, which the engine throws away with the generation: its result is the input of the next. */
function withContinueAsNew(
  history: readonly HistoryEvent[],
  next: readonly HistoryEvent[] | undefined,
): readonly HistoryEvent[] {
  const started = next?.find((event) => event.EventType === EventType.ExecutionStarted);
  const Timestamp = history.at(-1)?.Timestamp ?? '';
  const decided = history.filter(
    ({ EventType: type }) => type === EventType.TaskScheduled || type === EventType.TimerCreated,
  );
  return [
    ...history,
    {
      EventType: EventType.ContinueAsNew,
      EventId: decided.length,
      Timestamp: history.findLast((event) => event.EventType === EventType.OrchestratorStarted)?.Timestamp ?? Timestamp,
      OrchestrationStatus: 2,
      Result: started !== undefined && 'Input' in started ? started.Input : null,
    },
    { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp },
  ];
}
