import type { Clock } from '../src/adapters/clock.ts';
import { withoutAbsent } from '../src/core/call-record/call-facts.ts';
import type { VirtualClock } from './clock/virtual-clock.ts';
import { createDurableExtension, type DurableExtension } from './durable-extension/durable-extension.ts';
import type { DurableExtensionOptions } from './durable-extension/extension-options.ts';
import type { HubStore } from './durable-extension/hub/hub-store.ts';
import type { KeyPolicy } from './functions-host/authorize.ts';
import { createHttpHost, type HttpHost } from './functions-host/create-http-host.ts';
import { createInvoke } from './functions-host/create-invoke.ts';
import { type FunctionRegistry, terminateFunctionApp } from './functions-host/function-registry.ts';
import type { HostJson } from './functions-host/host-json.ts';
import type { InvocationLog, Invoke } from './functions-host/invocation.ts';
import type { HttpListener } from './functions-host/listen-http.ts';
import { startTimers, type Timers } from './functions-host/timer-trigger.ts';

export interface LocalHostOptions {
  readonly registry: FunctionRegistry;
  readonly hostJson: HostJson;
  readonly clock: Clock & Partial<Pick<VirtualClock, 'track'>>;
  readonly hub: HubStore;
  readonly keys: KeyPolicy;
  readonly log?: (line: InvocationLog) => void;
  /** Defects of the local host itself, and the engine's warnings. */
  readonly onHostMessage?: (message: string) => void;
  /** What tests, and `npm start -- --traps`, change about the engine. */
  readonly engine?: Pick<DurableExtensionOptions, 'faults' | 'extensionVersion' | 'redeliveryDelayMs' | 'newId'>;
}

export interface LocalHost {
  readonly http: HttpHost;
  readonly invoke: Invoke;
  /** The engine's management API, for who reaches it without a socket. */
  readonly durable: Pick<DurableExtension, 'handle' | 'pendingCount' | 'kill'>;
  /** Starts the engine and the timers, and listens. Returns the origin. */
  start(port: number): Promise<string>;
  /** The same without a socket: requests come through `http.handle` and `durable.handle` only. */
  startWithoutSockets(): Promise<void>;
  /** Takes no more requests, lets what runs finish, then stops the engine. Nothing committed is lost. */
  stop(): Promise<void>;
}

/**
 * Runs a function app as the Azure Functions host with the Durable extension does, in this process, with no Azure.
 *
 * The app's durable client reaches the engine over a loopback port of its own, as on the real host.
 */
export function createLocalHost(options: LocalHostOptions): LocalHost {
  const { registry, hostJson, clock, keys } = options;
  const systemKey = keys === 'open' ? '' : keys.systemKeys.durabletask_extension;
  let binding = '';
  const invoke = createInvoke({
    registry,
    clientBinding: () => binding,
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const extension = createDurableExtension({
    clock,
    store: options.hub,
    invoke,
    orchestrators: namesOf(registry, 'orchestrationTrigger'),
    activities: namesOf(registry, 'activityTrigger'),
    hubName: hostJson.hubName,
    systemKey,
    ...withoutAbsent({
      defaultVersion: hostJson.defaultVersion,
      maxConcurrentActivities: hostJson.maxConcurrentActivityFunctions,
      maxConcurrentOrchestrators: hostJson.maxConcurrentOrchestratorFunctions,
    }),
    ...options.engine,
    log: ({ level, message }) => {
      if (level !== 'information') options.onHostMessage?.(message);
    },
  });
  const http = createHttpHost({
    registry,
    invoke,
    keys,
    routePrefix: hostJson.routePrefix,
    durable: extension,
    clock,
    onDurableError: (error) => options.onHostMessage?.(`the durable API failed: ${String(error)}`),
  });
  /** The app's own door first: it is closed before the engine stops, the engine's after it. */
  const listeners: Pick<HttpListener, 'close'>[] = [];
  let timers: Timers | undefined;
  /** A virtual clock stands still while a timer function runs. */
  const invokeTimer: Invoke = (...call) => clock.track?.(invoke(...call)) ?? invoke(...call);
  const run = async () => {
    await extension.start();
    timers = startTimers({ registry, invoke: invokeTimer, clock, appSettings: process.env });
  };

  return {
    http,
    invoke,
    durable: {
      handle: extension.handle,
      pendingCount: extension.pendingCount,
      kill(keepClaimsForMs) {
        void timers?.stop();
        extension.kill(keepClaimsForMs);
      },
    },
    async start(port) {
      const rpc = await http.listenRpc();
      listeners.push(rpc);
      const { origin, close } = await http.listen({ port });
      listeners.unshift({ close });
      binding = extension.clientBinding({ origin, rpcBaseUrl: rpc.rpcBaseUrl, systemKey });
      await run();
      return origin;
    },
    async startWithoutSockets() {
      process.env.WEBSITE_HOSTNAME ??= 'in-process.example';
      binding = extension.clientBinding({ origin: 'http://in-process.example', systemKey });
      await run();
    },
    async stop() {
      const [front, ...own] = listeners;
      await timers?.stop();
      await front?.close();
      await extension.stop();
      for (const listener of own) await listener.close();
      await terminateFunctionApp(registry);
    },
  };
}

function namesOf(registry: FunctionRegistry, triggerType: string): readonly string[] {
  return [...registry.functions.values()].filter(({ trigger }) => trigger.type === triggerType).map(({ name }) => name);
}
