import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { SETTING_NAMES, type SettingDescription, type SettingName } from '../../src/settings/catalog.ts';
import { parseSettings, type Settings } from '../../src/settings/settings.ts';

type Environment = Readonly<Partial<Record<SettingName, string>>>;

const appId = '11111111-2222-3333-4444-555555555555';
const tenantId = '66666666-7777-8888-9999-000000000000';
const identityId = 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff';
const secretBytes = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const pem =
  '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----';
const settingNames: readonly SettingDescription[] = SETTING_NAMES;

const inAzure: Environment = {
  BOT_APP_ID: appId,
  BOT_TENANT_ID: tenantId,
  MANAGED_IDENTITY_CLIENT_ID: identityId,
  AzureWebJobsStorage__accountName: 'callkeepalive',
  AzureWebJobsStorage__credential: 'managedidentity',
  AzureWebJobsStorage__clientId: identityId,
};

const onThisMachine: Environment = {
  BOT_APP_ID: appId,
  BOT_TENANT_ID: tenantId,
  BOT_CREDENTIAL: 'localDevelopment',
  GRAPH_BASE_URL: 'http://127.0.0.1:7072/v1.0',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
};

function settingsOf(env: Environment): Settings {
  const parsed = parseSettings(env);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.settings;
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const parsed = parseSettings(env);
  return parsed.kind === 'ok' ? [] : parsed.problems.map(({ setting, problem }) => `${setting} ${problem}`);
}

test('the smallest environment in Azure is enough, and the rest has its defaults', () => {
  expect(settingsOf(inAzure)).toEqual({
    bot: {
      appId,
      homeTenantId: tenantId,
      allowedTenantIds: [tenantId],
      credential: { kind: 'managedIdentityFederation', managedIdentityClientId: identityId },
    },
    graph: {
      cloud: 'global',
      baseUrl: 'https://graph.microsoft.com/v1.0',
      origins: ['https://graph.microsoft.com'],
      scope: 'https://graph.microsoft.com/.default',
      isLoopback: false,
      maximumRequestsPerSecond: 50,
    },
    callbackToken: {
      metadataUrl: 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
      issuers: ['https://graph.microsoft.com', 'https://api.botframework.com'],
    },
    keepalive: { intervalMs: 900_000, timeScale: 1 },
    callRetentionMs: 7 * 86_400_000,
    storage: {
      kind: 'identity',
      tableEndpoint: 'https://callkeepalive.table.core.windows.net',
      clientId: identityId,
    },
    engineStore: 'AzureWebJobsStorage',
  });
});

test('everything can be set', () => {
  const settings = settingsOf({
    ...onThisMachine,
    BOT_APP_ID: appId.toUpperCase(),
    ALLOWED_TENANT_IDS: `${tenantId}, ${identityId.toUpperCase()}`,
    GRAPH_CLOUD: 'usgovdod',
    GRAPH_BASE_URL: 'http://localhost:7072/beta/',
    CALLBACK_OPENID_METADATA_URL: 'http://[::1]:7072/keys',
    CALLBACK_TOKEN_ISSUERS: 'https://one.example,https://two.example',
    KEEPALIVE_INTERVAL_SECONDS: '3',
    KEEPALIVE_TIME_SCALE: '60',
    GRAPH_MAX_REQUESTS_PER_SECOND: '5',
    MAX_CALL_HOURS: '48',
    HANG_UP_WHEN_ALONE_MINUTES: '15',
    HANG_UP_COUNTS_APPLICATIONS: 'true',
    CALL_RETENTION_DAYS: '1',
    BOT_NOTIFICATION_URL: 'https://bot.example/api/calls?code=x',
    RELAY_TIMEOUT_SECONDS: '12',
    RELAY_POLICY_TIMEOUT_SECONDS: '2',
    CALL_ENDED_WEBHOOK_URL: 'https://bot.example/ended',
    CALL_ENDED_WEBHOOK_SECRET: secretBytes,
  });
  expect(settings).toEqual({
    bot: {
      appId,
      homeTenantId: tenantId,
      allowedTenantIds: [tenantId, identityId],
      credential: { kind: 'localDevelopment' },
    },
    graph: {
      cloud: 'usgovdod',
      baseUrl: 'http://localhost:7072/beta',
      origins: ['https://dod-graph.microsoft.us', 'http://localhost:7072'],
      scope: 'https://dod-graph.microsoft.us/.default',
      isLoopback: true,
      maximumRequestsPerSecond: 5,
    },
    callbackToken: { metadataUrl: 'http://[::1]:7072/keys', issuers: ['https://one.example', 'https://two.example'] },
    keepalive: { intervalMs: 3_000, timeScale: 60, maximumCallHours: 48 },
    callRetentionMs: 86_400_000,
    alone: { hangUpAfterMs: 900_000, countsApplications: true },
    relay: { botNotificationUrl: 'https://bot.example/api/calls?code=x', timeoutMs: 12_000, policyTimeoutMs: 2_000 },
    callEndedWebhook: { url: 'https://bot.example/ended', secret: secretBytes },
    storage: { kind: 'connectionString', connectionString: 'UseDevelopmentStorage=true' },
    engineStore: 'AzureWebJobsStorage',
  });
});

test('an empty environment is told everything it lacks at once, each with an example', () => {
  const parsed = parseSettings({});
  expect(parsed.kind === 'invalid' && parsed.problems).toEqual([
    { setting: 'BOT_APP_ID', problem: 'is missing', example: appId },
    { setting: 'BOT_TENANT_ID', problem: 'is missing', example: tenantId },
    {
      setting: 'MANAGED_IDENTITY_CLIENT_ID',
      problem: 'is missing: BOT_CREDENTIAL is managedIdentityFederation',
      example: identityId,
    },
    {
      setting: 'AzureWebJobsStorage',
      problem: expect.stringMatching(/^is missing: .*AzureWebJobsStorage__accountName/),
      example: 'UseDevelopmentStorage=true',
    },
  ]);
});

describe('credentials', () => {
  const { MANAGED_IDENTITY_CLIENT_ID: _, ...withoutIdentity } = inAzure;
  const accepted: readonly [Environment, unknown][] = [
    [
      { BOT_CREDENTIAL: 'managedIdentity', MANAGED_IDENTITY_CLIENT_ID: identityId },
      { kind: 'managedIdentity', managedIdentityClientId: identityId },
    ],
    [
      { BOT_CREDENTIAL: 'clientSecret', BOT_CLIENT_SECRET: 's3cret' },
      { kind: 'clientSecret', secret: 's3cret' },
    ],
    [
      { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PATH: '/bot.pem' },
      { kind: 'clientCertificate', certificate: { path: '/bot.pem' } },
    ],
    [
      { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: pem },
      { kind: 'clientCertificate', certificate: { pem } },
    ],
    [
      { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: pem.replaceAll('\n', '\\n') },
      { kind: 'clientCertificate', certificate: { pem } },
    ],
  ];
  test.each(accepted)('%o is a credential', (env, credential) => {
    expect(settingsOf({ ...withoutIdentity, ...env }).bot.credential).toEqual(credential);
  });

  const refused: readonly [Environment, RegExp][] = [
    [{}, /^MANAGED_IDENTITY_CLIENT_ID is missing/],
    [{ BOT_CREDENTIAL: 'managedIdentity' }, /^MANAGED_IDENTITY_CLIENT_ID is missing/],
    [{ BOT_CREDENTIAL: 'clientSecret' }, /^BOT_CLIENT_SECRET is missing/],
    [{ BOT_CREDENTIAL: 'clientCertificate' }, /^BOT_CERTIFICATE_PATH is missing/],
    [
      { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: 'AAAA' },
      /^BOT_CERTIFICATE_PEM must hold a certificate/,
    ],
    [
      { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: pem, BOT_CERTIFICATE_PATH: '/x' },
      /set one of the two/,
    ],
    [{ BOT_CREDENTIAL: 'localDevelopment' }, /^BOT_CREDENTIAL .* only when GRAPH_BASE_URL points to a simulated Graph/],
    [{ BOT_CREDENTIAL: 'secret' }, /^BOT_CREDENTIAL must be one of managedIdentityFederation, /],
  ];
  test.each(refused)('%o is refused with one problem', (env, problem) => {
    expect(problemsOf({ ...withoutIdentity, ...env })).toEqual([expect.stringMatching(problem)]);
  });
});

describe('what must not be set', () => {
  const refused: readonly [Environment, RegExp][] = [
    [{ BOT_APP_ID: 'my-bot' }, /^BOT_APP_ID must be a GUID/],
    [{ ALLOWED_TENANT_IDS: `*,${tenantId}` }, /^ALLOWED_TENANT_IDS must be GUIDs .* or \* alone/],
    [{ ALLOWED_TENANT_IDS: ',' }, /^ALLOWED_TENANT_IDS must be GUIDs/],
    [{ GRAPH_CLOUD: 'china' }, /^GRAPH_CLOUD cannot be china: keepAlive is not offered/],
    [{ GRAPH_CLOUD: 'mars' }, /^GRAPH_CLOUD must be one of/],
    [{ GRAPH_BASE_URL: 'http://graph.example/v1.0' }, /^GRAPH_BASE_URL must be an https URL/],
    [{ GRAPH_BASE_URL: 'http://127.0.0.1.example/v1.0' }, /^GRAPH_BASE_URL must be an https URL/],
    [{ GRAPH_BASE_URL: 'https://user:pass@graph.example/v1.0' }, /without user name/],
    [{ GRAPH_BASE_URL: 'https://graph.example' }, /^GRAPH_BASE_URL must end in the API version/],
    [{ GRAPH_BASE_URL: 'https://graph.example/x?y=/v1.0' }, /^GRAPH_BASE_URL must end in the API version/],
    [{ GRAPH_BASE_URL: 'https://graph.example/v1.0?y=1' }, /^GRAPH_BASE_URL must not have a query/],
    [{ BOT_NOTIFICATION_URL: 'https://bot.example/#calls' }, /^BOT_NOTIFICATION_URL must be an https URL .* fragment/],
    [{ GRAPH_BASE_URL: 'not a url' }, /^GRAPH_BASE_URL must be an https URL/],
    [
      { CALLBACK_OPENID_METADATA_URL: 'http://login.example/keys' },
      /^CALLBACK_OPENID_METADATA_URL must be an https URL/,
    ],
    [{ CALLBACK_TOKEN_ISSUERS: 'https://ok.example,issuer' }, /^CALLBACK_TOKEN_ISSUERS must be a list of https URLs/],
    [
      { BOT_CREDENTIAL: 'clientSecret', BOT_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=v;SecretName=s)' },
      /^BOT_CLIENT_SECRET is a Key Vault reference that Azure could not resolve/,
    ],
    [{ KEEPALIVE_INTERVAL_SECONDS: '59' }, /^KEEPALIVE_INTERVAL_SECONDS must be a whole number from 60 to 2100/],
    [{ KEEPALIVE_INTERVAL_SECONDS: '2101' }, /from 60 to 2100/],
    [{ KEEPALIVE_INTERVAL_SECONDS: '900.5' }, /from 60 to 2100/],
    [
      { KEEPALIVE_TIME_SCALE: '60' },
      /^KEEPALIVE_TIME_SCALE must be 1 unless GRAPH_BASE_URL points to a simulated Graph/,
    ],
    [{ GRAPH_MAX_REQUESTS_PER_SECOND: '0' }, /^GRAPH_MAX_REQUESTS_PER_SECOND must be a whole number/],
    [{ HANG_UP_WHEN_ALONE_MINUTES: '0' }, /^HANG_UP_WHEN_ALONE_MINUTES must be a whole number/],
    [{ HANG_UP_COUNTS_APPLICATIONS: 'yes' }, /^HANG_UP_COUNTS_APPLICATIONS must be one of true, false/],
    [{ MAX_CALL_HOURS: 'off' }, /^MAX_CALL_HOURS must be a whole number/],
    [{ CALL_RETENTION_DAYS: '-1' }, /^CALL_RETENTION_DAYS must be a whole number/],
    [{ BOT_NOTIFICATION_URL: 'http://bot.example/' }, /^BOT_NOTIFICATION_URL must be an https URL/],
    [{ RELAY_TIMEOUT_SECONDS: '61' }, /^RELAY_TIMEOUT_SECONDS must be a whole number from 1 to 60/],
    [{ RELAY_POLICY_TIMEOUT_SECONDS: 'x' }, /^RELAY_POLICY_TIMEOUT_SECONDS must be a whole number/],
    [
      { CALL_ENDED_WEBHOOK_URL: 'https://bot.example' },
      /^CALL_ENDED_WEBHOOK_SECRET is missing: CALL_ENDED_WEBHOOK_URL is set/,
    ],
    [
      { CALL_ENDED_WEBHOOK_URL: 'ftp://x', CALL_ENDED_WEBHOOK_SECRET: secretBytes },
      /^CALL_ENDED_WEBHOOK_URL must be an https URL/,
    ],
    [
      { CALL_ENDED_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' },
      /^CALL_ENDED_WEBHOOK_SECRET must be whsec_ followed by 24 to 64 bytes/,
    ],
    [{ CALL_ENDED_WEBHOOK_SECRET: secretBytes.slice('whsec_'.length) }, /^CALL_ENDED_WEBHOOK_SECRET must be whsec_/],
    [{ AzureWebJobsStorage: 'mystorage' }, /^AzureWebJobsStorage must be the connection string/],
    [
      { AzureWebJobsStorage__tableServiceUri: 'http://x.example' },
      /^AzureWebJobsStorage__tableServiceUri must be an https URL/,
    ],
    [{ AzureWebJobsStorage__credential: 'password' }, /^AzureWebJobsStorage__credential must be managedidentity/],
  ];
  test.each(refused)('%o is refused with one problem', (env, problem) => {
    expect(problemsOf({ ...inAzure, ...env })).toEqual([expect.stringMatching(problem)]);
  });

  test('a Graph that is not understood brings no follow-up problems', () => {
    const env = {
      ...onThisMachine,
      GRAPH_BASE_URL: 'http://127.0.0.1:7072',
      KEEPALIVE_INTERVAL_SECONDS: '3',
      KEEPALIVE_TIME_SCALE: '60',
    };
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^GRAPH_BASE_URL must end in the API version/)]);
  });

  test.each(['usgov', 'usgovdod'])('%s needs its own callback metadata and issuers', (cloud) => {
    expect(problemsOf({ ...inAzure, GRAPH_CLOUD: cloud })).toEqual([
      expect.stringMatching(/^CALLBACK_OPENID_METADATA_URL is missing: it is not published for GRAPH_CLOUD usgov/),
      expect.stringMatching(/^CALLBACK_TOKEN_ISSUERS is missing/),
    ]);
  });
});

test('any tenant is allowed only when written so', () => {
  expect(settingsOf({ ...inAzure, ALLOWED_TENANT_IDS: '*' }).bot.allowedTenantIds).toBe('*');
  expect(settingsOf({ ...inAzure, ALLOWED_TENANT_IDS: '  ' }).bot.allowedTenantIds).toEqual([tenantId]);
});

describe('storage', () => {
  const {
    AzureWebJobsStorage__accountName: _,
    AzureWebJobsStorage__credential: __,
    AzureWebJobsStorage__clientId: ___,
    ...bare
  } = inAzure;
  const accountString = 'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=eQ==;EndpointSuffix=core.windows.net';
  const accepted: readonly [Environment, unknown][] = [
    [{ AzureWebJobsStorage: accountString }, { kind: 'connectionString', connectionString: accountString }],
    [
      { AzureWebJobsStorage: accountString, AzureWebJobsStorage__accountName: 'other' },
      { kind: 'connectionString', connectionString: accountString },
    ],
    [
      {
        AzureWebJobsStorage__tableServiceUri: 'https://x.table.core.usgovcloudapi.net',
        AzureWebJobsStorage__accountName: 'other',
      },
      { kind: 'identity', tableEndpoint: 'https://x.table.core.usgovcloudapi.net' },
    ],
  ];
  test.each(accepted)('%o names the table service', (env, storage) => {
    expect(settingsOf({ ...bare, ...env }).storage).toEqual(storage);
  });
});

test('whatever the values are, a refusal has problems, and no problem repeats a value', () => {
  const fragment = fc.constantFrom(
    'https://',
    'http://127.0.0.1/',
    'user:',
    '@',
    '/v1.0',
    ',',
    '*',
    ';',
    '=',
    'whsec_',
    '\\n',
    '#',
    '?',
    '9',
    tenantId,
  );
  const value = fc
    .tuple(fc.array(fragment, { maxLength: 4 }), fc.stringMatching(/^S3CR3T[a-z]{6}$/))
    .map(([parts, mark]) => parts.join('') + mark);
  const env = fc.record(Object.fromEntries(SETTING_NAMES.map(({ name }) => [name, value])), { requiredKeys: [] });
  fc.assert(
    fc.property(env, (given) => {
      const parsed = parseSettings({ ...inAzure, ...given });
      if (parsed.kind === 'ok') return;
      expect(parsed.problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(parsed.problems)).not.toContain('S3CR3T');
    }),
  );
});

describe('the catalogue', () => {
  test('lists exactly the names that the parser reads', () => {
    const read = new Set<string>();
    const watch = (env: Environment) =>
      new Proxy<Record<string, string | undefined>>(
        { ...env },
        {
          get(target, name) {
            read.add(String(name));
            return target[String(name)];
          },
        },
      );
    parseSettings(watch(inAzure));
    parseSettings(watch({ ...onThisMachine, BOT_CREDENTIAL: 'clientSecret' }));
    parseSettings(watch({ BOT_CREDENTIAL: 'clientCertificate' }));
    expect([...read].toSorted()).toEqual(SETTING_NAMES.map(({ name }) => name).toSorted());
  });

  test('states the defaults that the parser has', () => {
    const isProse = (text: string) => /\s/.test(text);
    const defaults = settingNames.filter((setting) => setting.default !== undefined && !isProse(setting.default));
    expect(defaults.length).toBeGreaterThanOrEqual(9);
    for (const setting of defaults) {
      expect(settingsOf({ ...inAzure, [setting.name]: setting.default }), setting.name).toEqual(settingsOf(inAzure));
    }
  });

  test.each(settingNames.filter(({ secret }) => secret !== true))(
    'gives an example of $name that is accepted',
    ({ name, example }) => {
      const ownProblems = problemsOf({ ...onThisMachine, [name]: example }).filter((text) =>
        text.startsWith(`${name} `),
      );
      expect(ownProblems).toEqual([]);
    },
  );
});

describe('local.settings.sample.json', () => {
  const sample: { readonly IsEncrypted: boolean; readonly Values: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(new URL('../../local.settings.sample.json', import.meta.url), 'utf8'),
  );

  test('has every setting of the app and two of the host', () => {
    const names = settingNames.filter(({ owner }) => owner === 'app').map(({ name }) => name);
    expect(Object.keys(sample.Values).toSorted()).toEqual(
      [...names, 'AzureWebJobsStorage', 'FUNCTIONS_WORKER_RUNTIME'].toSorted(),
    );
    expect(sample.IsEncrypted).toBe(false);
  });

  test('names the bot and the tenant of the simulated Graph, whose tokens are taken as they are', () => {
    expect(sample.Values).toMatchObject({ BOT_APP_ID: SAMPLE_BOT_APP_ID, BOT_TENANT_ID: SAMPLE_TENANT_ID });
  });

  test('is accepted as it is and holds no secret', () => {
    expect(problemsOf(sample.Values)).toEqual([]);
    for (const { name, secret, owner } of settingNames) {
      if (secret === true && owner === 'app') expect(sample.Values[name], name).toBe('');
    }
  });
});
