import { createVirtualClock, type VirtualClock } from '../../local/clock/virtual-clock.ts';
import { EventType } from '../../local/durable-extension/hub/history-event.ts';
import type { HttpMessageRequest } from '../../local/http-message.ts';
import { createInProcessDurableCalls } from '../../local/in-process-durable-client.ts';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { createSimulatedGraph, type SimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from '../../local/virtual-app.ts';
import { parseCallId, toInstanceId } from '../../src/core/call-record/call-id.ts';
import { stateNotification } from '../sample-call.ts';
import { createCountingHub } from './counting-hub.ts';

/** What runs by a timer concerns all calls. */
const TIMERS = ['reconcileCalls', 'purgeEndedCalls'];

interface Taken {
  /** Requests to the table, whatever they were for. */
  readonly table: number;
  /** Those about one call: not the reconciler's list. */
  readonly tableOfCalls: number;
  /** Requests to the engine's API. */
  readonly engine: number;
  /** Text that the app hands to the engine. */
  readonly bytes: number;
  /** What the app logs, without the timers. */
  readonly lines: number;
}

const NOTHING = { table: 0, tableOfCalls: 0, engine: 0, bytes: 0, lines: 0 };

/** The app in virtual time, its requests counted. */
export interface CountedWorld {
  readonly clock: VirtualClock;
  readonly graph: SimulatedGraph;
  /** What was asked since the last time. */
  take(): Taken;
  /** Begins a call that the bot places: establishing, ringing, established within half a minute. */
  startCall(): string;
  notify(callId: string, state: string): Promise<void>;
  /** What the engine has run for the call in this generation. */
  history(callId: string): Promise<{ readonly turns: number; readonly activities: number }>;
  stop(): Promise<void>;
}

export async function startCountedWorld(): Promise<CountedWorld> {
  const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 5) });
  let count = { ...NOTHING };
  const hub = createCountingHub((bytes) => {
    count.bytes += bytes;
  });
  const store = createMemoryCallStore({
    before(_operation, callId) {
      count.table++;
      if (callId !== undefined) count.tableOfCalls++;
    },
  });
  const send = (url: string, headers: Readonly<Record<string, string>>, body: string) =>
    app.send({ method: 'POST', url: new URL(url), headers, body: new TextEncoder().encode(body) });
  const graph = createSimulatedGraph({
    clock,
    botAppId: SAMPLE_BOT_APP_ID,
    tenantId: SAMPLE_TENANT_ID,
    deliver: ({ url, headers, body }) => send(url, headers, body),
  });
  const app = await startVirtualApp({
    clock,
    graph,
    hub,
    store,
    log({ functionName, category }) {
      if (category === 'user' && !TIMERS.includes(functionName)) count.lines++;
    },
    dependencies: {
      createDurableCalls(client) {
        const askEngine = (request: HttpMessageRequest) => {
          count.engine++;
          return app.host.durable.handle(request);
        };
        return createInProcessDurableCalls(client, askEngine, clock);
      },
    },
  });

  return {
    clock,
    graph,
    take() {
      const taken = count;
      count = { ...NOTHING };
      return taken;
    },
    startCall: () => graph.createCall({ callbackUri: VIRTUAL_CALLBACK_URI }).callId,
    async notify(callId, state) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${graph.signCallbackToken()}` };
      const { status } = await send(VIRTUAL_CALLBACK_URI, headers, stateNotification(callId, state));
      if (status !== 202) throw new Error(`the notification was answered with ${status}`);
    },
    async history(callId) {
      const parsed = parseCallId(callId);
      const entries = parsed === undefined ? [] : await hub.readHistory(toInstanceId(parsed));
      const count = (type: number) => entries.filter((event) => event.EventType === type).length;
      return { turns: count(EventType.OrchestratorStarted), activities: count(EventType.TaskScheduled) };
    },
    async stop() {
      await app.stop();
      graph.stop();
    },
  };
}
