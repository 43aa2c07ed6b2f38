import { generateKeyPairSync } from 'node:crypto';
import { createVirtualClock, type VirtualClock } from '../../local/clock/virtual-clock.ts';
import type { HubStore } from '../../local/durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from '../../local/durable-extension/hub/memory-hub-store.ts';
import type { InvocationLog } from '../../local/functions-host/invocation.ts';
import type { HttpMessageRequest, HttpMessageResponse } from '../../local/http-message.ts';
import { createSimulatedGraph, type SimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import {
  startVirtualApp,
  VIRTUAL_CALLBACK_URI,
  type VirtualApp,
  type VirtualAppOptions,
} from '../../local/virtual-app.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';

export const WORLD_START_MS = Date.parse('2026-03-02T08:00:00Z');
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** One pair for all worlds of a file: making one takes a tenth of a second. */
const signingKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON of the answer, or its text; undefined when there is none. */
  readonly body: unknown;
}

/** The real app, the real engine and a simulated Graph in virtual time. */
export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly graph: SimulatedGraph;
  readonly store: CallStore;
  readonly hub: HubStore;
  /** What the app reported, in order. */
  readonly events: readonly PlainObject[];
  /** The same as the lines of the host's log, with what else a function wrote. */
  readonly lines: readonly (InvocationLog & { readonly atMs: number })[];
  /** Begins a call whose notifications come to the app, and lets everything happen that needs no time. */
  startCall(options?: Omit<Parameters<SimulatedGraph['createCall']>[0], 'callbackUri'>): Promise<string>;
  request(
    method: string,
    path: string,
    options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<HttpAnswer>;
  /** Posts a notification with a good token, or the one given. */
  notify(body: unknown, token?: string): Promise<HttpAnswer>;
  /** `PUT /api/calls/{callId}`; the tenant is the bot's own unless it says another. */
  register(
    callId: string,
    registration?: { readonly tenantId?: string; readonly startedAt?: string },
  ): Promise<HttpAnswer>;
  /** `GET /api/calls/{callId}`. */
  getCall(callId: string): Promise<{ readonly record: PlainObject; readonly instance: PlainObject }>;
  /** What the status API says of the call's instance. */
  status(callId: string): Promise<PlainObject>;
  /** Minutes from the world's start to each keepAlive that Graph met, with Graph's answer. */
  keepAlives(callId: string): readonly KeepAliveSeen[];
  /** The same of every call that was met. */
  keepAlivesByCall(): ReadonlyMap<string, readonly KeepAliveSeen[]>;
  /** How often the app reported this of the call. */
  countEvents(event: string, callId: string): number;
  /** Ends this app like a killed process and starts it anew on the same hub and table. */
  crashAndRestart(downForMs: number): Promise<void>;
}

interface KeepAliveSeen {
  readonly minute: number;
  readonly status: number | undefined;
}

export type WorldOptions = Partial<Pick<VirtualAppOptions, 'store' | 'engine' | 'hostJson'>> & {
  /** Made from the world, which does not exist before the clock does. */
  readonly dependencies?: (
    world: Pick<VirtualWorld, 'clock' | 'graph'>,
    /** The API of this world's engine. */
    askEngine: (request: HttpMessageRequest) => Promise<HttpMessageResponse>,
  ) => NonNullable<VirtualAppOptions['dependencies']>;
};

export async function startVirtualWorld({ dependencies, ...options }: WorldOptions = {}): Promise<VirtualWorld> {
  const clock = createVirtualClock({ startMs: WORLD_START_MS });
  const hub = createMemoryHubStore();
  const events: PlainObject[] = [];
  const lines: VirtualWorld['lines'][number][] = [];
  const graph = createSimulatedGraph({
    clock,
    botAppId: SAMPLE_BOT_APP_ID,
    tenantId: SAMPLE_TENANT_ID,
    signingKeys: [signingKey],
    deliver: ({ url, headers, body }) => send('POST', url, headers, body),
  });
  const startApp = (store?: CallStore): Promise<VirtualApp> =>
    startVirtualApp({
      ...options,
      ...(store === undefined ? {} : { store }),
      clock,
      graph,
      hub,
      log: (line) => {
        const { message } = line;
        lines.push({ ...line, atMs: clock.nowMs() });
        const event: unknown = message.startsWith('{') ? JSON.parse(message) : undefined;
        if (isPlainObject(event)) events.push(event);
      },
      ...(dependencies === undefined ? {} : { dependencies: dependencies({ clock, graph }, askEngine) }),
    });
  const askEngine = (request: HttpMessageRequest) => app.host.durable.handle(request);
  let app = await startApp(options.store);
  const { store } = app;

  const send = (method: string, url: string, headers: Readonly<Record<string, string>>, body = '') =>
    app.send({ method, url: new URL(url), headers, body: new TextEncoder().encode(body) });

  const request: VirtualWorld['request'] = async (method, path, { headers = {}, body } = {}) => {
    const answer = await send(method, new URL(path, VIRTUAL_CALLBACK_URI).href, headers, body);
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
    return {
      status: answer.status,
      headers: answer.headers ?? {},
      body: text === '' ? undefined : /json/.test(answer.headers?.['content-type'] ?? '') ? JSON.parse(text) : text,
    };
  };
  const get = async (path: string): Promise<PlainObject> => {
    const { status, body } = await request('GET', path);
    if (!isPlainObject(body)) throw new Error(`GET ${path} answered ${status} without a JSON object`);
    return body;
  };

  const keepAlivesByCall = () => {
    const byCall = new Map<string, KeepAliveSeen[]>();
    for (const entry of graph.keepAliveLog()) {
      if (entry.kind !== 'keepAlive' || entry.callId === undefined) continue;
      const seen = { minute: (entry.atMs - WORLD_START_MS) / MINUTE_MS, status: entry.status };
      byCall.set(entry.callId, [...(byCall.get(entry.callId) ?? []), seen]);
    }
    return byCall;
  };

  return {
    clock,
    graph,
    store,
    hub,
    events,
    lines,
    request,
    async startCall(call = {}) {
      const { callId } = graph.createCall({ ...call, callbackUri: VIRTUAL_CALLBACK_URI });
      await clock.runFor(0);
      return callId;
    },
    notify: (body, token = graph.signCallbackToken()) =>
      request('POST', '/api/notifications', {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    register: (callId, registration = {}) =>
      request('PUT', `/api/calls/${callId}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tenantId: SAMPLE_TENANT_ID, ...registration }),
      }),
    async getCall(callId) {
      const { record, instance } = await get(`/api/calls/${callId}`);
      return { record: isPlainObject(record) ? record : {}, instance: isPlainObject(instance) ? instance : {} };
    },
    status: (callId) => get(`/runtime/webhooks/durabletask/instances/call-${callId}?showHistory=true`),
    keepAlives: (callId) => keepAlivesByCall().get(callId) ?? [],
    keepAlivesByCall,
    countEvents: (event, callId) =>
      events.filter((reported) => reported.event === event && reported.callId === callId).length,
    async crashAndRestart(downForMs) {
      app.host.durable.kill();
      await clock.runFor(downForMs);
      app = await startApp(store);
    },
  };
}
