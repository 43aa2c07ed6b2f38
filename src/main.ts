import { randomUUID } from 'node:crypto';
import { createBotCredential } from './adapters/bot-credential.ts';
import { createBotRelay } from './adapters/bot-relay.ts';
import { createCallEndedWebhook } from './adapters/call-ended-webhook.ts';
import { createCallStoreWithLooks } from './adapters/call-store-with-looks.ts';
import { createCallbackTokenVerifier } from './adapters/callback-token.ts';
import { type Clock, systemClock } from './adapters/clock.ts';
import { createGraphTokenSource } from './adapters/credentials.ts';
import { createDeploymentProbes } from './adapters/deployment-probes.ts';
import { createDurableCalls } from './adapters/durable-calls.ts';
import { createGraphCalls } from './adapters/graph-calls.ts';
import { createHeartbeats } from './adapters/heartbeats.ts';
import { createInstancePages } from './adapters/instance-pages.ts';
import { createRememberingCallStore } from './adapters/remembering-call-store.ts';
import { createRequestPace } from './adapters/request-pace.ts';
import { createTableCallStore } from './adapters/table-call-store.ts';
import { createTableDailyTotals } from './adapters/table-daily-totals.ts';
import { createTracing } from './adapters/tracing.ts';
import { TEAMS_HOSTS } from './core/call-end/join-url.ts';
import { toEventLine } from './core/events/event-line.ts';
import { toKeepaliveLimits } from './core/keepalive/keepalive-limits.ts';
import { type AppDependencies, registerFunctions, registerMisconfigured } from './functions/register-functions.ts';
import { parseSettings, type Settings } from './settings/settings.ts';

// The composition root: settings → adapters → functions. Loaded once by the Functions host, before anything is served.
const parsed = parseSettings(process.env);
if (parsed.kind === 'ok') {
  registerFunctions(toDependencies(parsed.settings, systemClock));
} else {
  for (const { setting, problem, example } of parsed.problems) {
    console.error(toEventLine({ event: 'app.misconfigured', level: 'error', setting, problem, example }));
  }
  registerMisconfigured(parsed.problems);
}

function toDependencies(settings: Settings, clock: Clock): AppDependencies {
  const { bot, graph, keepalive, relay, callEndedWebhook } = settings;
  const createCredential = createBotCredential({ appId: bot.appId, cloud: graph.cloud, credential: bot.credential });
  const tokens = createGraphTokenSource({ createCredential, scope: graph.scope, clock });
  const { storage } = settings;
  const onUnreadable = (rowKey: string) =>
    console.warn(toEventLine({ event: 'record.unreadable', level: 'warning', rowKey }));
  const limits = toKeepaliveLimits(keepalive);
  const table = createTableCallStore({ storage, clock, onUnreadable });
  const store = createRememberingCallStore(createCallStoreWithLooks(table, limits));
  return {
    owner: { botAppId: bot.appId, graphOrigins: graph.origins },
    homeTenantId: bot.homeTenantId,
    allowedTenantIds: bot.allowedTenantIds,
    limits,
    timeScale: keepalive.timeScale,
    clock,
    store,
    heartbeats: createHeartbeats({ store, clock }),
    totals: createTableDailyTotals({ storage, clock, onUnreadable }),
    tokens: createCallbackTokenVerifier({
      ...settings.callbackToken,
      audience: bot.appId,
      allowedTenantIds: bot.allowedTenantIds,
      clock,
      fetch,
    }),
    graph: createGraphCalls({
      graphBaseUrl: graph.baseUrl,
      tokens,
      homeTenantId: bot.homeTenantId,
      isTenantAllowed: (tenantId) => bot.allowedTenantIds === '*' || bot.allowedTenantIds.includes(tenantId),
      clock,
      fetch,
      newRequestId: randomUUID,
    }),
    probes: createDeploymentProbes({
      tokens,
      homeTenantId: bot.homeTenantId,
      graphBaseUrl: graph.baseUrl,
      metadataUrl: settings.callbackToken.metadataUrl,
      clock,
      fetch,
    }),
    tracing: createTracing(),
    alone: settings.alone,
    relay: relay && createBotRelay({ ...relay, url: relay.botNotificationUrl, clock }),
    webhook: callEndedWebhook && createCallEndedWebhook({ ...callEndedWebhook, clock, fetch }),
    teamsHost: TEAMS_HOSTS[graph.cloud],
    engineStore: settings.engineStore,
    createDurableCalls: (client, binding) =>
      createDurableCalls(client, clock, { store: settings.engineStore, readPage: createInstancePages(binding) }),
    pace: createRequestPace({ clock, maximumPerSecond: graph.maximumRequestsPerSecond }),
    callRetentionMs: settings.callRetentionMs,
  };
}
