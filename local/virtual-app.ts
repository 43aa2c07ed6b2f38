import { randomUUID } from 'node:crypto';
import type { CallStore } from '../src/adapters/call-store.ts';
import { createCallStoreWithLooks } from '../src/adapters/call-store-with-looks.ts';
import { createCallbackTokenVerifier } from '../src/adapters/callback-token.ts';
import { createGraphTokenSource } from '../src/adapters/credentials.ts';
import { createDeploymentProbes } from '../src/adapters/deployment-probes.ts';
import { createGraphCalls } from '../src/adapters/graph-calls.ts';
import { createHeartbeats } from '../src/adapters/heartbeats.ts';
import { createRememberingCallStore } from '../src/adapters/remembering-call-store.ts';
import { createRequestPace } from '../src/adapters/request-pace.ts';
import { createTracing } from '../src/adapters/tracing.ts';
import { toKeepaliveLimits } from '../src/core/keepalive/keepalive-limits.ts';
import type { AppDependencies } from '../src/functions/register-functions.ts';
import type { VirtualClock } from './clock/virtual-clock.ts';
import type { HubStore } from './durable-extension/hub/hub-store.ts';
import { installFunctionsCore, loadFunctionApp } from './functions-host/functions-core.ts';
import type { HostJson } from './functions-host/host-json.ts';
import type { InvocationLog } from './functions-host/invocation.ts';
import type { HttpMessageRequest } from './http-message.ts';
import { createInProcessDurableCalls } from './in-process-durable-client.ts';
import { createInProcessFetch } from './in-process-fetch.ts';
import { createLocalHost, type LocalHost, type LocalHostOptions } from './local-host.ts';
import { createMemoryCallStore } from './memory-call-store.ts';
import { createMemoryDailyTotals } from './memory-daily-totals.ts';
import type { SimulatedGraph } from './simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from './start-environment.ts';

/** Where the app of a virtual world receives its notifications. */
export const VIRTUAL_CALLBACK_URI = 'https://keepalive.example/api/notifications';
const GRAPH_ORIGIN = 'https://graph.microsoft.com';
const METADATA_URL = 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration';

export interface VirtualAppOptions {
  readonly clock: VirtualClock;
  readonly graph: Pick<SimulatedGraph, 'handle'>;
  readonly hub: HubStore;
  readonly store?: CallStore;
  /** Replaces single dependencies of the app. */
  readonly dependencies?: Partial<AppDependencies>;
  readonly hostJson?: Partial<HostJson>;
  readonly log?: (line: InvocationLog) => void;
  readonly onHostMessage?: (message: string) => void;
  readonly engine?: LocalHostOptions['engine'];
}

export interface VirtualApp {
  readonly host: LocalHost;
  readonly store: CallStore;
  /** Sends a request to the app; time stands still until it is answered. */
  send(request: HttpMessageRequest): ReturnType<LocalHost['http']['handle']>;
  stop(): Promise<void>;
}

/**
 * The real app (handlers, core, orchestrator under durable-functions, durable client) on the local host's engine, in
 * virtual time and without a socket: for the demo, tests and simulation. Only the outside is simulated.
 */
export async function startVirtualApp(options: VirtualAppOptions): Promise<VirtualApp> {
  installFunctionsCore();
  const { registerFunctions } = await import('../src/functions/register-functions.ts');
  const store = options.store ?? createMemoryCallStore();
  let host: LocalHost | undefined;
  const askEngine = (request: HttpMessageRequest) => host?.durable.handle(request) ?? Promise.resolve({ status: 503 });
  const registry = await loadFunctionApp(() =>
    registerFunctions({
      ...toDependencies(options, store),
      createDurableCalls: (client) =>
        createInProcessDurableCalls(client, askEngine, options.clock, {
          pause: (ms) => options.clock.suspend(new Promise((resolve) => void options.clock.after(ms, resolve))),
        }),
      ...options.dependencies,
    }),
  );
  const { engine, log, onHostMessage } = options;
  host = createLocalHost({
    registry,
    hostJson: { routePrefix: 'api', hubName: 'CallKeepalive', defaultVersion: '1.0', ...options.hostJson },
    clock: options.clock,
    hub: options.hub,
    keys: 'open',
    ...(engine === undefined ? {} : { engine }),
    ...(log === undefined ? {} : { log }),
    ...(onHostMessage === undefined ? {} : { onHostMessage }),
  });
  const running = host;
  await running.startWithoutSockets();
  return {
    host: running,
    store,
    send: (request) => options.clock.track(running.http.handle(request)),
    stop: () => running.stop(),
  };
}

function toDependencies({ clock, graph, dependencies = {} }: VirtualAppOptions, table: CallStore) {
  const { limits = toKeepaliveLimits({ intervalMs: 15 * 60_000, timeScale: 1 }) } = dependencies;
  const store = createRememberingCallStore(createCallStoreWithLooks(table, limits));
  const fetch = createInProcessFetch((request) => graph.handle(request), clock);
  const createCredential = () => ({
    getToken: async () => ({ token: 'simulated', expiresOnTimestamp: clock.nowMs() + 3_600_000 }),
  });
  const pace = createRequestPace({ clock, maximumPerSecond: 50 });
  const graphBaseUrl = `${GRAPH_ORIGIN}/v1.0`;
  const tokens = createGraphTokenSource({ createCredential, scope: `${GRAPH_ORIGIN}/.default`, clock });
  return {
    owner: { botAppId: SAMPLE_BOT_APP_ID, graphOrigins: [GRAPH_ORIGIN] },
    homeTenantId: SAMPLE_TENANT_ID,
    limits,
    timeScale: 1,
    clock,
    store,
    heartbeats: createHeartbeats({ store, clock }),
    tokens: createCallbackTokenVerifier({
      metadataUrl: METADATA_URL,
      issuers: ['https://api.botframework.com'],
      audience: SAMPLE_BOT_APP_ID,
      allowedTenantIds: [SAMPLE_TENANT_ID],
      clock,
      fetch,
    }),
    totals: createMemoryDailyTotals(),
    probes: createDeploymentProbes({
      tokens,
      homeTenantId: SAMPLE_TENANT_ID,
      graphBaseUrl,
      metadataUrl: METADATA_URL,
      clock,
      fetch,
    }),
    graph: createGraphCalls({
      graphBaseUrl,
      tokens,
      homeTenantId: SAMPLE_TENANT_ID,
      isTenantAllowed: (tenantId) => tenantId === SAMPLE_TENANT_ID,
      clock,
      fetch,
      newRequestId: randomUUID,
    }),
    tracing: createTracing(),
    // The function that waits for its turn must not hold up the time it waits for.
    pace: () => clock.suspend(pace()),
    callRetentionMs: 7 * 86_400_000,
  };
}
