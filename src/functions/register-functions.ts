import { app, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { BotRelay } from '../adapters/bot-relay.ts';
import type { CallEndedWebhook } from '../adapters/call-ended-webhook.ts';
import type { CallStore } from '../adapters/call-store.ts';
import type { CallbackTokenVerifier } from '../adapters/callback-token.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DailyTotals } from '../adapters/daily-totals.ts';
import type { DeploymentProbes } from '../adapters/deployment-probes.ts';
import type { DurableHub } from '../adapters/durable-calls.ts';
import type { GraphCalls } from '../adapters/graph-calls.ts';
import type { Heartbeats } from '../adapters/heartbeats.ts';
import type { RequestPace } from '../adapters/request-pace.ts';
import type { Tracing } from '../adapters/tracing.ts';
import type { CallEffects } from '../calls/call-effects.ts';
import { TEAMS_HOSTS, type TeamsHost } from '../core/call-end/join-url.ts';
import {
  CLEAN_UP_ACTIVITY,
  DELIVER_CALL_ENDED_ACTIVITY,
  KEEP_ALIVE_ACTIVITY,
  ORCHESTRATOR_NAME,
} from '../core/keepalive/durable-names.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import type { ResourceOwner } from '../core/notifications/call-resource.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';
import type { AloneRule } from '../core/roster/see-roster.ts';
import { cleanUp } from './clean-up.ts';
import { deliverCallEnded } from './deliver-call-ended.ts';
import { doctor, misconfiguredDoctor, type WrongSetting } from './doctor.ts';
import type { DashboardAssets } from './get-dashboard.ts';
import { getReport } from './get-report.ts';
import { health, misconfiguredHealth } from './health.ts';
import { keepAlive } from './keep-alive.ts';
import { keepCallAlive } from './keep-call-alive.ts';
import { logEvents } from './log-events.ts';
import { orUnavailable } from './or-unavailable.ts';
import { PURGE_SCHEDULE, purgeEndedCalls } from './purge-ended-calls.ts';
import { receiveNotifications } from './receive-notifications.ts';
import { RECONCILE_SCHEDULE, reconcileCalls } from './reconcile-calls.ts';
import { type RegisterHttp, registerOperatorApi } from './register-operator-api.ts';
import { withSafeHeaders } from './with-safe-headers.ts';

/** Everything the deployed functions need from outside. */
export interface AppDependencies {
  readonly owner: ResourceOwner;
  readonly homeTenantId: string;
  /** Whose calls an operator may register, in lower case; default: the home tenant's. */
  readonly allowedTenantIds?: readonly string[] | '*';
  readonly limits: KeepaliveLimits;
  readonly timeScale: number;
  readonly clock: Clock;
  readonly store: CallStore;
  /** Into the same table. */
  readonly heartbeats: Heartbeats;
  readonly totals: DailyTotals;
  readonly tokens: CallbackTokenVerifier;
  readonly graph: GraphCalls;
  readonly tracing: Tracing;
  /** For `GET /api/doctor`. */
  readonly probes: DeploymentProbes;
  /** Absent: no call is hung up because the bot is alone in it. */
  readonly alone?: AloneRule | undefined;
  /** Absent: notifications are not relayed to the bot. */
  readonly relay?: BotRelay | undefined;
  /** Absent: nobody is told when a call has ended. */
  readonly webhook?: CallEndedWebhook | undefined;
  /** For the join URLs in what is told; default: the global cloud's. */
  readonly teamsHost?: TeamsHost;
  /** Absent: the page of the bundle. */
  readonly dashboard?: DashboardAssets;
  /** Where the engine of this deployment keeps its orchestrations; default: the host's own account. */
  readonly engineStore?: EngineStore;
  /** Wraps the durable client of one invocation; `binding` is the value of its input. */
  readonly createDurableCalls: (client: () => df.DurableClient, binding?: unknown) => DurableHub;
  /** Holds the reconciler's requests to Graph to the rate that is allowed. */
  readonly pace: RequestPace;
  readonly callRetentionMs: number;
  /** Of an app in which no call is running yet: running ones are replayed with what they began with. For simulations. */
  readonly attemptsPerGeneration?: number;
}

/** The last try may come an hour after the time for it is over. */
const LAST_DELIVERY_MS = 2 * 60 * 60_000;

/** Registers every function with the Functions runtime: names, triggers, routes and keys stand here and nowhere else. */
export function registerFunctions(dependencies: AppDependencies): void {
  const { clock, store, owner, tracing, timeScale, webhook, teamsHost = TEAMS_HOSTS.global } = dependencies;
  const { homeTenantId, alone, limits, heartbeats, engineStore = 'AzureWebJobsStorage' } = dependencies;
  const graph = tracing.graphCalls(dependencies.graph);
  const durableClient = df.input.durableClient();
  const durableOf = (context: InvocationContext) =>
    dependencies.createDurableCalls(() => df.getClient(context), context.extraInputs.get(durableClient));
  const effectsOf = (context: InvocationContext): CallEffects & { readonly durable: DurableHub } => {
    return { store, clock, durable: durableOf(context), log: logEvents(context), limits, homeTenantId };
  };
  const http: RegisterHttp = (name, method, route, authLevel, handler) =>
    app.http(name, {
      methods: [method],
      route,
      authLevel,
      extraInputs: [durableClient],
      handler: withSafeHeaders(handler),
    });

  df.app.orchestration(ORCHESTRATOR_NAME, (context) => keepCallAlive(context, dependencies.attemptsPerGeneration));
  df.app.activity(KEEP_ALIVE_ACTIVITY, {
    handler: keepAlive({ graph, heartbeats, limits, tracing, timeScale, homeTenantId }),
  });
  df.app.activity(CLEAN_UP_ACTIVITY, {
    handler: cleanUp({ store, clock, botAppId: owner.botAppId, deliver: webhook !== undefined }),
  });
  // Registered without a webhook too: a delivery may be under way when the setting is taken away.
  df.app.activity(DELIVER_CALL_ENDED_ACTIVITY, {
    handler: deliverCallEnded({ store, clock, webhook, teamsHost, maximumGapMs: dependencies.limits.maximumGapMs }),
  });

  const { pace, callRetentionMs, totals, probes } = dependencies;
  const reconcile = reconcileCalls((context) => ({
    ...effectsOf(context),
    heartbeats,
    graph,
    ...(alone === undefined ? {} : { alone: { graph, rule: alone } }),
    pace,
    tellsWebhook: webhook !== undefined,
    appId: owner.botAppId,
  }));
  app.timer('reconcileCalls', { schedule: RECONCILE_SCHEDULE, extraInputs: [durableClient], handler: reconcile });
  const tellingMs = webhook === undefined ? 0 : (limits.deliverForMs ?? 0) + LAST_DELIVERY_MS;
  const purge = purgeEndedCalls((context) => ({ ...effectsOf(context), totals, callRetentionMs }), tellingMs);
  app.timer('purgeEndedCalls', { schedule: PURGE_SCHEDULE, extraInputs: [durableClient], handler: purge });

  // Anonymous for the key, not for the token: Graph signs its notifications, and nothing is read before that is verified.
  let unknownIds = 0;
  const { tokens, relay } = dependencies;
  const noteUnknownIds = (entries: number) => {
    unknownIds += entries;
    tracing.gotUnknownIds(entries);
  };
  const receive = receiveNotifications({
    tokens,
    owner,
    clock,
    logOf: logEvents,
    effectsOf,
    noteUnknownIds,
    alone,
    relay,
  });
  http('receiveNotifications', 'POST', 'notifications', 'anonymous', (request, context) =>
    tracing.ingest(context.traceContext, () => receive(request, context)),
  );
  http('getHealth', 'GET', 'health', 'anonymous', health({ store, clock, engineStore, durableOf }));
  const asked = { probes, store, limits, engineStore, unknownIds: () => unknownIds, durableOf };
  http('getDoctor', 'GET', 'doctor', 'function', doctor(asked));
  http('getReport', 'GET', 'report', 'function', orUnavailable(getReport({ store, totals, clock, limits })));
  registerOperatorApi(http, {
    botAppId: owner.botAppId,
    allowedTenantIds: dependencies.allowedTenantIds ?? [dependencies.homeTenantId],
    store,
    clock,
    limits: dependencies.limits,
    timeScale,
    loadDashboard: async () => dependencies.dashboard ?? (await import('./dashboard-assets.ts')).dashboardAssets,
    durableOf,
    effectsOf: (context) => ({ ...effectsOf(context), heartbeats, graph }),
  });
}

/**
 * Registers the app in a state in which it can only say so: notifications get 503 so that nobody takes them for
 * accepted, and running orchestrations stay alive, their tries failing, until the settings are mended.
 */
export function registerMisconfigured(problems: readonly WrongSetting[]): void {
  const refuse = () => {
    throw new Error(
      `The app has ${problems.length} problem(s) in its settings. They are listed in the log of its start.`,
    );
  };
  df.app.orchestration(ORCHESTRATOR_NAME, keepCallAlive);
  df.app.activity(KEEP_ALIVE_ACTIVITY, { handler: refuse });
  df.app.activity(CLEAN_UP_ACTIVITY, { handler: refuse });
  df.app.activity(DELIVER_CALL_ENDED_ACTIVITY, { handler: refuse });
  app.http('receiveNotifications', {
    methods: ['POST'],
    route: 'notifications',
    authLevel: 'anonymous',
    handler: withSafeHeaders(() => ({ status: 503, headers: { 'Retry-After': '60' } })),
  });
  app.http('getHealth', {
    methods: ['GET'],
    route: 'health',
    authLevel: 'anonymous',
    handler: withSafeHeaders(misconfiguredHealth(problems.length)),
  });
  app.http('getDoctor', {
    methods: ['GET'],
    route: 'doctor',
    authLevel: 'function',
    handler: withSafeHeaders(misconfiguredDoctor(problems)),
  });
}
