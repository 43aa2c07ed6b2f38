import type { Clock } from '../src/adapters/clock.ts';
import type { VirtualClock } from './clock/virtual-clock.ts';
import { createDurableExtension } from './durable-extension/durable-extension.ts';
import type { DurableExtensionOptions } from './durable-extension/extension-options.ts';
import type { HubStore } from './durable-extension/hub-store.ts';
import type { KeyPolicy } from './functions-host/authorize.ts';
import { createHttpHost, type HttpHost } from './functions-host/create-http-host.ts';
import { createInvoke } from './functions-host/create-invoke.ts';
import { type FunctionRegistry, terminateFunctionApp } from './functions-host/function-registry.ts';
import type { HostJson } from './functions-host/host-json.ts';
import type { InvocationLog, Invoke } from './functions-host/invocation.ts';
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
  /** What the tests change about the engine. */
  readonly engine?: Pick<DurableExtensionOptions, 'faults' | 'extensionVersion' | 'redeliveryDelayMs' | 'newId'>;
}

export interface LocalHost {
  readonly http: HttpHost;
  readonly invoke: Invoke;
  /** Starts the engine and the timers, and listens; without a port no socket is opened. Returns the origin. */
  start(port?: number): Promise<string>;
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
    ...definedOnly({
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
  const closers: (() => Promise<void>)[] = [];
  let timers: Timers | undefined;

  return {
    http,
    invoke,
    async start(port) {
      const rpc = await http.listenRpc();
      closers.push(() => rpc.close());
      const listener = port === undefined ? undefined : await http.listen({ port });
      if (listener !== undefined) closers.unshift(() => listener.close());
      const origin = listener?.origin ?? rpc.origin;
      binding = extension.clientBinding({ origin, rpcOrigin: rpc.origin, systemKey });
      await extension.start();
      timers = startTimers({ registry, invoke, clock, appSettings: process.env });
      return origin;
    },
    async stop() {
      await timers?.stop();
      await closers[0]?.();
      await extension.stop();
      for (const close of closers.slice(1)) await close();
      await terminateFunctionApp(registry);
    },
  };
}

function namesOf(registry: FunctionRegistry, triggerType: string): readonly string[] {
  return [...registry.functions.values()].filter(({ trigger }) => trigger.type === triggerType).map(({ name }) => name);
}

function definedOnly<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
