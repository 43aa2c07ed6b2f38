import * as df from 'durable-functions';
import { createVirtualClock, type VirtualClock } from '../../../../local/clock/virtual-clock.ts';
import {
  createDurableExtension,
  type DurableExtension,
} from '../../../../local/durable-extension/durable-extension.ts';
import type { DurableExtensionOptions } from '../../../../local/durable-extension/extension-options.ts';
import type { HubStore } from '../../../../local/durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from '../../../../local/durable-extension/hub/memory-hub-store.ts';
import { createInvoke } from '../../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../../local/functions-host/functions-core.ts';
import type { InvocationLog, Invoke } from '../../../../local/functions-host/invocation.ts';

/** An orchestrator function, as the app registers it. */
export type Orchestrator = df.OrchestrationHandler;
export type Activity = (input: never) => unknown;

export interface App {
  readonly orchestrators: Readonly<Record<string, Orchestrator>>;
  readonly activities?: Readonly<Record<string, Activity>>;
}

/** What the status API says of one instance, with the HTTP status. */
export interface Status {
  readonly httpStatus: number;
  readonly [key: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** One engine on a virtual clock that runs real durable-functions orchestrators. */
export interface Hub {
  readonly clock: VirtualClock;
  readonly store: HubStore;
  readonly extension: DurableExtension;
  /** Calls of functions: name and input text, in order. */
  readonly calls: readonly { readonly name: string; readonly input: string }[];
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Starts instance `x` and lets everything run that needs no time. */
  start(name: string, input?: unknown, instanceId?: string): Promise<Answer>;
  raise(name: string, data?: unknown, instanceId?: string): Promise<Answer>;
  status(query?: string, instanceId?: string): Promise<Status>;
  /** Lets everything run that needs no time. */
  settle(): Promise<void>;
}

export type HubOptions = Partial<
  Omit<DurableExtensionOptions, 'clock' | 'store' | 'orchestrators' | 'activities' | 'invoke'>
> & {
  readonly clock?: VirtualClock;
  readonly store?: HubStore;
  readonly onLog?: (line: InvocationLog) => void;
  readonly wrapInvoke?: (invoke: Invoke) => Invoke;
};

export const startMs = Date.UTC(2026, 0, 1);
const base = 'http://localhost:7071/runtime/webhooks/durabletask';
let idsMade = 0;

/** Loads the app once; each returned function starts an engine for it. */
export async function loadApp(app: App): Promise<(options?: HubOptions) => Promise<Hub>> {
  const activities = app.activities ?? {};
  const registry = await loadFunctionApp(() => {
    for (const [name, handler] of Object.entries(app.orchestrators)) df.app.orchestration(name, handler);
    for (const [name, handler] of Object.entries(activities))
      df.app.activity(name, { handler: (input) => handler(input as never) });
  });
  return async (options = {}) => {
    const {
      clock = createVirtualClock({ startMs }),
      store = createMemoryHubStore(),
      onLog,
      wrapInvoke,
      ...rest
    } = options;
    const calls: { name: string; input: string }[] = [];
    const invokeReal = createInvoke({ registry, ...(onLog ? { log: onLog } : {}) });
    const invoke: Invoke = (name, trigger) => {
      calls.push({ name, input: trigger.string ?? '' });
      return (wrapInvoke?.(invokeReal) ?? invokeReal)(name, trigger);
    };
    const extension = createDurableExtension({
      clock,
      store,
      invoke,
      orchestrators: Object.keys(app.orchestrators),
      activities: Object.keys(activities),
      hubName: 'TestHub',
      systemKey: 'key',
      newId: () => (++idsMade).toString(16).padStart(32, '0'),
      ...rest,
    });
    await extension.start();
    return createHub({ clock, store, extension, calls });
  };
}

/** One engine for an app. */
export async function startHub(app: App, options: HubOptions = {}): Promise<Hub> {
  return (await loadApp(app))(options);
}

function createHub(parts: Pick<Hub, 'clock' | 'store' | 'extension' | 'calls'>): Hub {
  const { clock, extension } = parts;
  const settle = () => clock.runFor(0);

  const request: Hub['request'] = async (method, path, body, headers = { 'content-type': 'application/json' }) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await extension.handle({
      method,
      url: new URL(path.startsWith('http') ? path : `${base}/${path}`),
      headers,
      body: new TextEncoder().encode(text),
    });
    const answered = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
    return { status: answer.status, headers: answer.headers ?? {}, text: answered };
  };

  return {
    ...parts,
    request,
    settle,
    async start(name, input, instanceId = 'x') {
      const answer = await request('POST', `orchestrators/${name}/${instanceId}`, JSON.stringify(input));
      await settle();
      return answer;
    },
    async raise(name, data = null, instanceId = 'x') {
      const answer = await request('POST', `instances/${instanceId}/raiseEvent/${name}`, JSON.stringify(data));
      await settle();
      return answer;
    },
    async status(query = '', instanceId = 'x') {
      const answer = await request('GET', `instances/${instanceId}?${query}`);
      return { ...(answer.text === '' ? {} : JSON.parse(answer.text)), httpStatus: answer.status };
    },
  };
}
