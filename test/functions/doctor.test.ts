import { describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { CredentialError } from '../../src/adapters/credential-error.ts';
import { createDeploymentProbes } from '../../src/adapters/deployment-probes.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import { misconfiguredDoctor } from '../../src/functions/doctor.ts';
import { parseSettings } from '../../src/settings/settings.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { apiAnswerProblems } from '../support/api-answer.ts';
import { startVirtualWorld, type VirtualWorld, type WorldOptions } from '../support/virtual-world.ts';

const NOW_MS = Date.UTC(2026, 2, 2, 8);
const TENANT = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
type Probes = Parameters<typeof createDeploymentProbes>[0];

/** The probes of an app whose outside is made by hand. */
function probesOn(changes: Partial<Probes>) {
  const clock = createManualClock(NOW_MS);
  return createDeploymentProbes({
    tokens: { getToken: async () => 'no JWT' },
    homeTenantId: TENANT,
    graphBaseUrl: 'https://graph.microsoft.com/v1.0',
    metadataUrl: 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
    clock,
    fetch: async () => new Response('{}', { headers: { date: new Date(NOW_MS).toUTCString() } }),
    ...changes,
  });
}

const jwt = (payload: object) =>
  `${btoa('{"alg":"none"}')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`;

async function diagnose(world: VirtualWorld): Promise<PlainObject & { readonly checks: readonly PlainObject[] }> {
  const answer = await world.request('GET', '/api/doctor');
  expect(apiAnswerProblems('/doctor', 'get', answer)).toEqual([]);
  const body = isPlainObject(answer.body) ? answer.body : {};
  return { ...body, checks: Array.isArray(body.checks) ? body.checks : [] };
}

async function checkOf(name: string, options: WorldOptions): Promise<PlainObject | undefined> {
  const { checks } = await diagnose(await startVirtualWorld(options));
  return checks.find((check) => check.name === name);
}

test('an app for which all is well is found healthy, part by part', async () => {
  const world = await startVirtualWorld();
  const { healthy, checks } = await diagnose(world);
  expect(checks.map(({ name, result }) => `${name} ${result}`)).toEqual([
    'settings ok',
    'table ok',
    'engine ok',
    'token ok',
    'graph ok',
    'clock ok',
    'callbackKeys ok',
  ]);
  expect(healthy).toBe(true);
  expect(checks.every(({ remedy }) => remedy === undefined)).toBe(true);
});

describe('what is wrong is named, with what to do:', () => {
  test('ids of an unknown form, when they come with the data of a call', async () => {
    const world = await startVirtualWorld();
    const tell = (id: string, resourceData: object, count = 1) =>
      world.notify({ value: Array.from({ length: count }, () => ({ resource: `/app/calls/${id}`, resourceData })) });
    const opaque = 'aHR0cHM6Ly9jb252LmV4YW1wbGUvY29udi9BYkNkRWY';
    const established = { '@odata.type': '#microsoft.graph.call', state: 'established' };
    await tell(opaque, {});
    await tell(`${opaque}/participants`, established);
    await tell('../../users', established);
    expect((await diagnose(world)).healthy).toBe(true);
    expect(await tell(opaque, established, 2)).toMatchObject({ status: 202 });
    await tell(`${opaque}==`, established);
    const told = world.events.filter(({ event }) => event === 'notification.unknownIds');
    expect(told).toMatchObject([
      { level: 'error', entries: 2 },
      { level: 'error', entries: 1 },
    ]);
    const { healthy, checks } = await diagnose(world);
    expect(healthy).toBe(false);
    expect(checks.at(-1)).toEqual({
      name: 'callIds',
      result: 'failed',
      detail: 'Notifications with ids of an unknown form: 3. They told of calls that nobody keeps alive.',
      remedy: expect.stringContaining('let the bot send keepAlive itself'),
    });
  });

  test('a token that Entra refuses', async () => {
    const tokens = {
      getToken: () => Promise.reject(new CredentialError(TENANT, new Error('AADSTS7000222: expired, secret=abc'))),
    };
    const check = await checkOf('token', { dependencies: () => ({ probes: probesOn({ tokens }) }) });
    expect(check).toEqual({
      name: 'token',
      result: 'failed',
      detail: `Entra gives no token in tenant ${TENANT} (AADSTS7000222).`,
      remedy: "The bot's client secret has expired: make a new one and set BOT_CLIENT_SECRET.",
    });
  });

  test.each([
    ['AADSTS700213: no match', /federated credential/],
    ['AADSTS999999: new', /login\.microsoftonline\.com\/error\?code=999999/],
    ['getaddrinfo', /firewall/, 'ENOTFOUND'],
    ['strange', /BOT_CREDENTIAL/],
  ])('a token request that ends with %s', async (message, remedy, code = '') => {
    const cause = Object.assign(new Error(message), { code });
    const tokens = { getToken: () => Promise.reject(new CredentialError(TENANT, cause)) };
    const check = await checkOf('token', { dependencies: () => ({ probes: probesOn({ tokens }) }) });
    expect(check).toMatchObject({ result: 'failed', remedy: expect.stringMatching(remedy) });
  });

  test('permissions that nobody has consented to', async () => {
    const withRoles = (roles: readonly string[]) => ({
      dependencies: () => ({ probes: probesOn({ tokens: { getToken: async () => jwt({ roles }) } }) }),
    });
    expect(await checkOf('token', withRoles(['User.Read.All']))).toMatchObject({
      result: 'failed',
      detail: `The token for tenant ${TENANT} holds no Calls permission.`,
      remedy: expect.stringContaining('Calls.Initiate.All'),
    });
    expect(await checkOf('token', withRoles(['Calls.JoinGroupCall.All']))).toMatchObject({
      result: 'ok',
      detail: expect.stringContaining('with Calls.JoinGroupCall.All'),
    });
  });

  test.each([
    [0, 'ok'],
    [90, 'warning'],
    [-90, 'warning'],
    [600, 'failed'],
  ])('a clock from which Graph is %d seconds away', async (seconds, result) => {
    const date = new Date(NOW_MS + seconds * 1_000).toUTCString();
    const fetch = async () => new Response('', { headers: { date } });
    const check = await checkOf('clock', { dependencies: () => ({ probes: probesOn({ fetch }) }) });
    expect(check).toMatchObject({ result });
    if (seconds !== 0) expect(check?.detail).toMatch(seconds > 0 ? /behind/ : /ahead/);
  });

  test('a network that lets nothing out', async () => {
    const fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'EHOSTUNREACH' }) }));
    const world = await startVirtualWorld({ dependencies: () => ({ probes: probesOn({ fetch }) }) });
    const { healthy, checks } = await diagnose(world);
    expect(healthy).toBe(false);
    expect(checks).toContainEqual({
      name: 'graph',
      result: 'failed',
      detail: 'https://graph.microsoft.com cannot be reached (EHOSTUNREACH).',
      remedy: expect.stringContaining('GRAPH_BASE_URL'),
    });
    expect(checks).toContainEqual(expect.objectContaining({ name: 'callbackKeys', result: 'failed' }));
    expect(checks.find(({ name }) => name === 'clock')).toBeUndefined();
  });

  test('a Graph that does not answer in time', async () => {
    const clock = createManualClock(NOW_MS);
    const probes = probesOn({
      clock,
      fetch: (_url, init) =>
        new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    });
    const asked = probes.graph();
    await clock.advance(10_000);
    expect(await asked).toMatchObject({ kind: 'failed', code: 'timeout' });
  });

  test('metadata that hold no key', async () => {
    const fetch = async () => Response.json({ jwks_uri: 'https://keys.example/', keys: [] });
    const check = await checkOf('callbackKeys', { dependencies: () => ({ probes: probesOn({ fetch }) }) });
    expect(check).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('api.aps.skype.com (noUsableKeys)'),
      remedy: expect.stringContaining('CALLBACK_OPENID_METADATA_URL'),
    });
  });

  test('a table that refuses the app', async () => {
    const store = createMemoryCallStore({
      before: (operation) => {
        if (operation === 'ping') throw new CallStoreError('ping', '403 AuthorizationPermissionMismatch');
      },
    });
    expect(await checkOf('table', { store })).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('403 AuthorizationPermissionMismatch'),
      remedy: expect.stringContaining('Storage Table Data Contributor'),
    });
  });

  test('an interval that leaves little time for repetitions', async () => {
    const limits = toKeepaliveLimits({ intervalMs: 2_400_000, timeScale: 1 });
    expect(await checkOf('settings', { dependencies: () => ({ limits }) })).toMatchObject({
      result: 'warning',
      remedy: expect.stringContaining('KEEPALIVE_INTERVAL_SECONDS'),
    });
  });

  test('every wrong setting, without its value', () => {
    const parsed = parseSettings({ BOT_APP_ID: 'my-secret-app', AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
    if (parsed.kind === 'ok') throw new Error('these settings are wrong');
    const { status, jsonBody } = misconfiguredDoctor(parsed.problems)();
    expect(status).toBe(200);
    expect(jsonBody).toMatchObject({ healthy: false });
    expect(jsonBody.checks.length).toBe(parsed.problems.length);
    expect(jsonBody.checks).toContainEqual({
      name: 'settings',
      result: 'failed',
      detail: 'BOT_TENANT_ID is missing.',
      remedy: expect.stringMatching(/^Set BOT_TENANT_ID and restart the app\. For example: /),
    });
    expect(JSON.stringify(jsonBody)).not.toContain('my-secret-app');
  });
});

describe('the engine', () => {
  const silent = { status: () => Promise.reject(new Error('down')) } as unknown as DurableHub;

  test.each([
    [undefined, 'The durable engine answers.', /^Check AzureWebJobsStorage, the app's roles for blobs/],
    [
      'HubStorage__tableServiceUri',
      'The durable engine answers in a storage account of its own.',
      /^Check HubStorage__tableServiceUri, the app's roles for blobs/,
    ],
    [
      'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
      'The durable engine answers on the Durable Task Scheduler.',
      /^Check DURABLE_TASK_SCHEDULER_CONNECTION_STRING, the app's role Durable Task Data Contributor.*--backend durable/,
    ],
  ] as const)('is looked for where it keeps its orchestrations: %s', async (engineStore, detail, remedy) => {
    const store = engineStore === undefined ? {} : { engineStore };
    expect(await checkOf('engine', { dependencies: () => store })).toMatchObject({ result: 'ok', detail });
    const broken = { ...store, createDurableCalls: () => silent };
    expect((await checkOf('engine', { dependencies: () => broken }))?.remedy).toMatch(remedy);
  });
});
