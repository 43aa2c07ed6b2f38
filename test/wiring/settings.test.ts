import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { DurableClient } from 'durable-functions';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BotCredentialSettings } from '../../src/adapters/bot-credential.ts';
import type { BotTokenCredential } from '../../src/adapters/credentials.ts';
import type { CallId } from '../../src/core/call-record/call-id.ts';
import type { AppDependencies } from '../../src/functions/register-functions.ts';
import type { SettingName } from '../../src/settings/catalog.ts';

/** The whole way of each setting: environment → `main.ts` → what the app then does. The outside is what is replaced. */
const seen = vi.hoisted(() => ({
  dependencies: [] as AppDependencies[],
  credentials: [] as { settings: BotCredentialSettings; tenantId: string; scope: string }[],
  storages: [] as unknown[],
}));
vi.mock('../../src/functions/register-functions.ts', () => ({
  registerFunctions: (dependencies: AppDependencies) => seen.dependencies.push(dependencies),
  registerMisconfigured: (problems: unknown) => {
    throw new Error(JSON.stringify(problems));
  },
}));
vi.mock('../../src/adapters/bot-credential.ts', () => ({
  createBotCredential:
    (settings: BotCredentialSettings) =>
    (tenantId: string): BotTokenCredential => ({
      async getToken(scope) {
        seen.credentials.push({ settings, tenantId, scope });
        return { token: 'secret', expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
      },
    }),
}));
vi.mock('../../src/adapters/table-storage.ts', () => ({
  openTable: async (storage: unknown, table: string) => {
    seen.storages.push({ storage, table });
    throw new Error('no table here');
  },
}));

const BOT = '11111111-2222-4333-8444-555555555555';
const HOME = '66666666-7777-4888-9999-000000000000';
const OTHER = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const IDENTITY = '99999999-7777-4888-9999-000000000000';
const CALL = '12345678-1234-4234-8234-123456789012';
const REQUIRED = {
  BOT_APP_ID: BOT,
  BOT_TENANT_ID: HOME,
  MANAGED_IDENTITY_CLIENT_ID: IDENTITY,
  AzureWebJobsStorage__accountName: 'account',
};
const SIMULATED = { GRAPH_BASE_URL: 'http://127.0.0.1:7072/beta', BOT_CREDENTIAL: 'localDevelopment' };
const METADATA_URL = 'https://keys.example/metadata';
const US_GOVERNMENT = {
  GRAPH_CLOUD: 'usgov',
  CALLBACK_OPENID_METADATA_URL: METADATA_URL,
  CALLBACK_TOKEN_ISSUERS: 'https://issuer.example',
};

/** Every request that left through `fetch`; what answers them. */
let fetched: { readonly url: string; readonly init: RequestInit | undefined }[];
let answers: (url: string) => Response | Promise<Response>;

beforeEach(() => {
  fetched = [];
  answers = () => new Response(null, { status: 200 });
  vi.stubGlobal('fetch', async (url: string | URL, init?: RequestInit) => {
    fetched.push({ url: String(url), init });
    return answers(String(url));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

/** What the app is made of when it is loaded with these settings. */
async function load(settings: Partial<Record<SettingName, string>>): Promise<AppDependencies> {
  for (const [name, value] of Object.entries({ ...REQUIRED, ...settings })) vi.stubEnv(name, value);
  vi.resetModules();
  seen.credentials.length = 0;
  seen.storages.length = 0;
  await import('../../src/main.ts');
  const dependencies = seen.dependencies.at(-1);
  if (dependencies === undefined) throw new Error('nothing was registered');
  return dependencies;
}

/** The credential that a keepAlive is sent with. */
async function credentialOf(settings: Partial<Record<SettingName, string>>) {
  const { graph } = await load(settings);
  await graph.keepAlive({ graphCallId: CALL });
  expect(seen.credentials).toHaveLength(1);
  return seen.credentials[0];
}

const tokenKey = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** What becomes of a callback token with these claims; the keys lie at METADATA_URL alone. */
async function verify(settings: Partial<Record<SettingName, string>>, claims: Record<string, unknown> = {}) {
  const { tokens } = await load({ CALLBACK_OPENID_METADATA_URL: METADATA_URL, ...settings });
  answers = (url) => {
    if (url === METADATA_URL) return Response.json({ jwks_uri: 'https://keys.example/keys' });
    const jwk = { ...createPublicKey(tokenKey.privateKey).export({ format: 'jwk' }), kid: 'k', use: 'sig' };
    return url === 'https://keys.example/keys' ? Response.json({ keys: [jwk] }) : new Response(null, { status: 404 });
  };
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const all = { iss: 'https://graph.microsoft.com', aud: BOT, tid: HOME, nbf: nowSeconds, exp: nowSeconds + 600 };
  const text = [
    { alg: 'RS256', kid: 'k' },
    { ...all, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(text), tokenKey.privateKey).toString('base64url');
  const result = await tokens.verify(`Bearer ${text}.${signature}`);
  return result.kind === 'accepted' ? 'accepted' : result.reason;
}

const tenantOf = ({ graph }: AppDependencies, tenantId?: string) =>
  graph.describeKeepAlive({ graphCallId: CALL, tenantId }).tenantId;

/** How long after its start each request may be sent. */
async function pacedMs(settings: Partial<Record<SettingName, string>>, requests: number): Promise<readonly number[]> {
  const { pace } = await load(settings);
  vi.useFakeTimers();
  const startMs = Date.now();
  const sent = Promise.all(Array.from({ length: requests }, () => pace().then(() => Date.now() - startMs)));
  await vi.advanceTimersByTimeAsync(10_000);
  return sent;
}

/** After how long the relay gives up a bot that keeps silent. */
async function relayLastsMs(settings: Partial<Record<SettingName, string>>, isPolicyRecording: boolean) {
  const { createServer } = await import('node:net');
  const server = createServer(() => {});
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    const { relay } = await load({ BOT_NOTIFICATION_URL: `http://127.0.0.1:${port}/bot`, ...settings });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const startMs = Date.now();
    const body = new TextEncoder().encode('{}');
    let lastedMs: number | undefined;
    const sent = relay?.send({ body, headers: [], query: [], isPolicyRecording }).then(({ kind }) => {
      expect(kind).toBe('timeout');
      lastedMs = Date.now() - startMs;
    });
    for (let second = 0; second < 70 && lastedMs === undefined; second++) await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    return lastedMs;
  } finally {
    server.close();
  }
}

/** What an operator reads when the engine does not answer. */
async function engineErrorOf(settings: Partial<Record<SettingName, string>>): Promise<string> {
  const { createDurableCalls } = await load(settings);
  const client = { getStatus: () => Promise.reject(new Error('down')) } as unknown as DurableClient;
  return createDurableCalls(() => client)
    .status(CALL as CallId)
    .then(
      () => 'no error',
      ({ message }) => message,
    );
}

/** Where the table of calls would be. */
async function storageOf(settings: Partial<Record<SettingName, string>>) {
  const { store, totals } = await load(settings);
  await store.ping().catch(() => {});
  await totals.list('2026-01-01').catch(() => {});
  return seen.storages;
}

/** One for each setting; the compiler asks for the ones that are missing. */
const WIRING: Readonly<Record<SettingName, () => Promise<void>>> = {
  async BOT_APP_ID() {
    expect((await load({})).owner.botAppId).toBe(BOT);
    expect(await verify({})).toBe('accepted');
    expect(await verify({ BOT_APP_ID: OTHER })).toBe('wrongAudience');
    expect((await credentialOf({}))?.settings.appId).toBe(BOT);
  },
  async BOT_TENANT_ID() {
    const app = await load({});
    expect(app.homeTenantId).toBe(HOME);
    expect(tenantOf(app)).toBe(HOME);
    expect(await app.probes.token()).toMatchObject({ tenantId: HOME });
  },
  async ALLOWED_TENANT_IDS() {
    const both = await load({ ALLOWED_TENANT_IDS: `${HOME},${OTHER}` });
    expect(both.allowedTenantIds).toEqual([HOME, OTHER]);
    expect(tenantOf(both, OTHER)).toBe(OTHER);
    expect(tenantOf(await load({ ALLOWED_TENANT_IDS: '*' }), OTHER)).toBe(OTHER);
    expect(tenantOf(await load({ ALLOWED_TENANT_IDS: HOME }), OTHER)).toBe(HOME);
    expect(await verify({ ALLOWED_TENANT_IDS: `${HOME},${OTHER}` }, { tid: OTHER })).toBe('accepted');
    expect(await verify({ ALLOWED_TENANT_IDS: HOME }, { tid: OTHER })).toBe('tenantNotAllowed');
  },
  async BOT_CREDENTIAL() {
    const credential = { kind: 'managedIdentity', managedIdentityClientId: IDENTITY };
    expect((await credentialOf({ BOT_CREDENTIAL: 'managedIdentity' }))?.settings.credential).toEqual(credential);
  },
  async BOT_CLIENT_SECRET() {
    const settings = { BOT_CREDENTIAL: 'clientSecret', BOT_CLIENT_SECRET: 'hush' };
    expect((await credentialOf(settings))?.settings.credential).toEqual({ kind: 'clientSecret', secret: 'hush' });
  },
  async BOT_CERTIFICATE_PATH() {
    const settings = { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PATH: '/bot.pem' };
    expect((await credentialOf(settings))?.settings.credential).toMatchObject({ certificate: { path: '/bot.pem' } });
  },
  async BOT_CERTIFICATE_PEM() {
    const pem =
      '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----';
    const settings = { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: pem };
    expect((await credentialOf(settings))?.settings.credential).toMatchObject({ certificate: { pem } });
  },
  async MANAGED_IDENTITY_CLIENT_ID() {
    expect((await credentialOf({}))?.settings.credential).toEqual({
      kind: 'managedIdentityFederation',
      managedIdentityClientId: IDENTITY,
    });
  },
  async GRAPH_CLOUD() {
    const used = await credentialOf(US_GOVERNMENT);
    expect(used).toMatchObject({ settings: { cloud: 'usgov' }, scope: 'https://graph.microsoft.us/.default' });
    expect(fetched.map(({ url }) => new URL(url).origin)).toEqual(['https://graph.microsoft.us']);
    const app = await load(US_GOVERNMENT);
    expect(app.owner.graphOrigins).toEqual(['https://graph.microsoft.us']);
    expect(app.teamsHost).toBe('gov.teams.microsoft.us');
  },
  async GRAPH_BASE_URL() {
    const app = await load(SIMULATED);
    await app.graph.keepAlive({ graphCallId: CALL });
    await app.probes.graph();
    expect(fetched.map(({ url }) => url)).toEqual([
      `http://127.0.0.1:7072/beta/communications/calls/${CALL}/keepAlive`,
      'http://127.0.0.1:7072/beta',
    ]);
    expect(app.owner.graphOrigins).toContain('http://127.0.0.1:7072');
  },
  async CALLBACK_OPENID_METADATA_URL() {
    const { probes } = await load({ CALLBACK_OPENID_METADATA_URL: METADATA_URL });
    await probes.callbackKeys();
    expect(fetched.map(({ url }) => url)).toEqual([METADATA_URL]);
    expect(await verify({})).toBe('accepted');
  },
  async CALLBACK_TOKEN_ISSUERS() {
    const settings = { CALLBACK_TOKEN_ISSUERS: 'https://issuer.example' };
    expect(await verify(settings, { iss: 'https://issuer.example' })).toBe('accepted');
    expect(await verify(settings)).toBe('wrongIssuer');
  },
  async KEEPALIVE_INTERVAL_SECONDS() {
    expect((await load({ KEEPALIVE_INTERVAL_SECONDS: '600' })).limits.intervalMs).toBe(600_000);
  },
  async KEEPALIVE_TIME_SCALE() {
    const { limits, timeScale } = await load({ ...SIMULATED, KEEPALIVE_TIME_SCALE: '10' });
    expect(limits.maximumGapMs).toBe(270_000);
    expect(timeScale).toBe(10);
  },
  async GRAPH_MAX_REQUESTS_PER_SECOND() {
    expect(await pacedMs({ GRAPH_MAX_REQUESTS_PER_SECOND: '2' }, 3)).toEqual([0, 500, 1_000]);
  },
  async MAX_CALL_HOURS() {
    expect((await load({ MAX_CALL_HOURS: '3' })).limits.maximumCallMs).toBe(3 * 3_600_000);
  },
  async HANG_UP_WHEN_ALONE_MINUTES() {
    expect((await load({})).alone).toBeUndefined();
    expect((await load({ HANG_UP_WHEN_ALONE_MINUTES: '15' })).alone?.hangUpAfterMs).toBe(900_000);
  },
  async HANG_UP_COUNTS_APPLICATIONS() {
    const settings = { HANG_UP_WHEN_ALONE_MINUTES: '15' };
    expect((await load(settings)).alone?.countsApplications).toBe(false);
    const counting = { ...settings, HANG_UP_COUNTS_APPLICATIONS: 'true' };
    expect((await load(counting)).alone?.countsApplications).toBe(true);
  },
  async CALL_RETENTION_DAYS() {
    expect((await load({ CALL_RETENTION_DAYS: '3' })).callRetentionMs).toBe(3 * 86_400_000);
  },
  async BOT_NOTIFICATION_URL() {
    expect((await load({})).relay).toBeUndefined();
    expect(await relayLastsMs({}, false)).toBe(10_000);
  },
  async RELAY_TIMEOUT_SECONDS() {
    expect(await relayLastsMs({ RELAY_TIMEOUT_SECONDS: '7' }, false)).toBe(7_000);
  },
  async RELAY_POLICY_TIMEOUT_SECONDS() {
    expect(await relayLastsMs({ RELAY_POLICY_TIMEOUT_SECONDS: '2' }, true)).toBe(2_000);
  },
  async CALL_ENDED_WEBHOOK_URL() {
    expect((await load({})).webhook).toBeUndefined();
    expect((await deliver()).url).toBe('https://hooks.example/ended');
  },
  async CALL_ENDED_WEBHOOK_SECRET() {
    const { init } = await deliver();
    const headers = Object.fromEntries(new Headers(init?.headers));
    expect(new Webhook(WEBHOOK_SECRET).verify(String(init?.body), headers)).toMatchObject({ type: 'call.ended' });
  },
  async AzureWebJobsStorage() {
    const storage = { kind: 'connectionString', connectionString: 'UseDevelopmentStorage=true' };
    expect(await storageOf({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' })).toEqual([
      { storage, table: 'Calls' },
      { storage, table: 'Calls' },
    ]);
  },
  async AzureWebJobsStorage__accountName() {
    const storage = { kind: 'identity', tableEndpoint: 'https://account.table.core.windows.net' };
    expect(await storageOf({})).toMatchObject([{ storage }, { storage }]);
  },
  async AzureWebJobsStorage__tableServiceUri() {
    const storage = { tableEndpoint: 'https://tables.example' };
    const settings = { AzureWebJobsStorage__tableServiceUri: 'https://tables.example' };
    expect(await storageOf(settings)).toMatchObject([{ storage }, { storage }]);
  },
  async AzureWebJobsStorage__credential() {
    // Only the one kind is understood, so nothing depends on it but that the app starts.
    await load({ AzureWebJobsStorage__credential: 'managedidentity' });
    await expect(load({ AzureWebJobsStorage__credential: 'other' })).rejects.toThrow('AzureWebJobsStorage__credential');
  },
  async HubStorage__tableServiceUri() {
    expect((await load({})).engineStore).toBe('AzureWebJobsStorage');
    const settings = { HubStorage__tableServiceUri: 'https://hub.table.core.windows.net' };
    expect(await engineErrorOf(settings)).toMatch('Check HubStorage__tableServiceUri and');
  },
  async DURABLE_TASK_SCHEDULER_CONNECTION_STRING() {
    const settings = { DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=https://x;Authentication=ManagedIdentity' };
    expect((await load(settings)).engineStore).toBe('DURABLE_TASK_SCHEDULER_CONNECTION_STRING');
    expect(await engineErrorOf(settings)).toMatch('Check DURABLE_TASK_SCHEDULER_CONNECTION_STRING and');
  },
  async AzureWebJobsStorage__clientId() {
    const storage = { clientId: IDENTITY };
    const settings = { AzureWebJobsStorage__clientId: IDENTITY };
    expect(await storageOf(settings)).toMatchObject([{ storage }, { storage }]);
  },
};

const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of the webhook, long enough').toString('base64')}`;

/** The request that tells the webhook of an end. */
async function deliver() {
  const { webhook } = await load({
    CALL_ENDED_WEBHOOK_URL: 'https://hooks.example/ended',
    CALL_ENDED_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const message = { type: 'call.ended', timestamp: '2026-03-02T08:00:00.000Z', data: {} };
  await webhook?.deliver(CALL as never, message as never);
  return fetched.at(-1) ?? expect.fail('the webhook was not told');
}

describe('the app obeys the setting', () => {
  test.each(Object.entries(WIRING))('%s', (_name, shows) => shows());
});

test('what a process has seen of a call it need not read again', async () => {
  const { store } = await load({});
  expect(store).toHaveProperty('recall');
});
