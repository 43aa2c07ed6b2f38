import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { SETTING_NAMES } from '../../src/settings/catalog.ts';
import { parseSettings } from '../../src/settings/settings.ts';
import { buildOnce } from '../support/build-once.ts';
import { callNotification } from '../support/call-notification.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { readablePaths } from './support/api-paths.ts';
import { createCanaries } from './support/canaries.ts';
import { createRawClient } from './support/raw-client.ts';
import { recordAnswers } from './support/recording-client.ts';
import { type RecordingServer, startRecordingServer } from './support/recording-server.ts';
import { startRawHost } from './support/start-raw-host.ts';

const canaries = createCanaries();
const { plant } = canaries;
const ended: (() => Promise<void>)[] = [];
beforeAll(() => buildOnce(), START_TIMEOUT_MS);
afterAll(() => Promise.all(ended.map((end) => end())));

/** Asks the app everything an operator or Graph may ask, and returns all that came out of it. */
async function useApp(settings: Readonly<Record<string, string>>): Promise<string> {
  const host = await startRawHost(settings);
  ended.push(() => host.stop());
  const client = recordAnswers(createRawClient(host));
  const callId = randomUUID();
  const headers = ['Content-Type', 'application/json'];
  await client.notify({ headers, body: JSON.stringify(callNotification(callId, 'established')) });
  await client.operate('PUT', `/api/calls/${callId}`, {
    headers,
    body: '{"tenantId":"b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f"}',
  });
  await client.operate('POST', `/api/calls/${callId}/keepAlive`);
  for (const path of readablePaths(callId, 'index.html')) await client.operate('GET', path);
  await client.operate('DELETE', `/api/calls/${callId}`);
  const instance = `/runtime/webhooks/durabletask/instances/call-${callId}?showHistory=true&showHistoryOutput=true`;
  await client.send(instance, { method: 'GET', headers: ['x-functions-key', host.durableKey] });
  return [host.output(), ...client.answers].join('\n');
}

/** What an answer holds when it tells more than it should. */
const STACK_IN_ANSWER = /^(?:GET|PUT|POST|DELETE|notification).*(?:\bat \S+ \(|node_modules|\.[jt]s:\d)/m;

describe('the problem with a setting', () => {
  const storage = inject('storageConnectionString');
  const good = { BOT_APP_ID: randomUUID(), BOT_TENANT_ID: randomUUID(), AzureWebJobsStorage: storage };

  /** What else must be set, or not, for a setting to be read at all. */
  const circumstances: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    MANAGED_IDENTITY_CLIENT_ID: { BOT_CREDENTIAL: 'managedIdentity' },
    BOT_CERTIFICATE_PATH: { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: 'any' },
    BOT_CERTIFICATE_PEM: { BOT_CREDENTIAL: 'clientCertificate' },
    AzureWebJobsStorage__accountName: { AzureWebJobsStorage: '' },
    AzureWebJobsStorage__tableServiceUri: { AzureWebJobsStorage: '' },
    AzureWebJobsStorage__credential: { AzureWebJobsStorage: '', AzureWebJobsStorage__accountName: 'account' },
    AzureWebJobsStorage__clientId: { AzureWebJobsStorage: '', AzureWebJobsStorage__accountName: 'account' },
  };
  /** No problem can be told of these: any text is a client secret, and of the engine's own the app sees only that they are there. */
  const unread = ['BOT_CLIENT_SECRET', 'HubStorage__tableServiceUri', 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'];
  const names = SETTING_NAMES.map(({ name }) => name).filter((name) => !unread.includes(name));

  test.each(names)('%s never shows its value', (name) => {
    const wrongs = [plant(name), `https://user:${plant(name)}@example.com/v1.0`, `whsec_${plant(name)}`];
    const results = wrongs.map((wrong) =>
      parseSettings({
        ...good,
        BOT_CREDENTIAL: 'clientSecret',
        CALL_ENDED_WEBHOOK_URL: 'https://a',
        ...circumstances[name],
        [name]: wrong,
      }),
    );
    const problems = results.flatMap((result) => (result.kind === 'invalid' ? result.problems : []));
    expect(problems).toContainEqual(expect.objectContaining({ setting: name }));
    canaries.expectNoneIn(name, JSON.stringify(problems));
  });
});

describe.concurrent('what comes out of the app', { timeout: START_TIMEOUT_MS }, () => {
  test('holds no value of settings that are wrong, of which the log names every one', {
    timeout: START_TIMEOUT_MS,
  }, async () => {
    const { AzureWebJobsStorage: _kept, ...names } = Object.fromEntries(SETTING_NAMES.map(({ name }) => [name, name]));
    const wrong = Object.fromEntries(Object.keys(names).map((name) => [name, plant(name)]));
    const text = await useApp({
      ...wrong,
      BOT_CREDENTIAL: 'clientSecret',
      AzureWebJobsStorage: plant('AzureWebJobsStorage'),
    });
    expect(text.split('app.misconfigured').length).toBeGreaterThan(15);
    expect(text).toContain('GET /api/health: 503');
    canaries.expectNoneIn('a misconfigured app', text);
    expect(text).not.toMatch(STACK_IN_ANSWER);
  });

  /** Plays the proxy that stands before Entra: it is asked, and refuses. */
  const startProxy = async () => {
    const proxy = await startRecordingServer();
    ended.push(proxy.close);
    return { proxy, settings: { HTTPS_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' } };
  };
  const expectEntraAsked = ({ requests }: RecordingServer) => {
    expect(requests).toContainEqual(
      expect.objectContaining({ method: 'CONNECT', path: 'login.microsoftonline.com:443' }),
    );
  };

  test('holds no client secret when no token can be had with it', async () => {
    const { proxy, settings } = await startProxy();
    const secret = { BOT_CREDENTIAL: 'clientSecret', BOT_CLIENT_SECRET: plant('clientSecret') };
    const text = await useApp({ ...settings, ...secret, ...hostStorage('nosecret') });
    expectEntraAsked(proxy);
    expect(text).toContain('There is no token for Graph');
    canaries.expectNoneIn('an app without a token', text);
    expect(text).not.toMatch(STACK_IN_ANSWER);
  });

  test('holds no certificate that cannot be read', async () => {
    const { settings } = await startProxy();
    const key = `-----BEGIN PRIVATE KEY-----\n${plant('privateKey')}\n-----END PRIVATE KEY-----`;
    const pem = `-----BEGIN CERTIFICATE-----\n${plant('certificate')}\n-----END CERTIFICATE-----\n${key}`;
    const certificate = { BOT_CREDENTIAL: 'clientCertificate', BOT_CERTIFICATE_PEM: pem };
    const text = await useApp({ ...settings, ...certificate, ...hostStorage('nocertificate') });
    expect(text).toContain('There is no token for Graph');
    canaries.expectNoneIn('an app with a broken certificate', text);
    expect(text).not.toMatch(STACK_IN_ANSWER);
  });

  test.each([
    ['that the storage account refuses', (storage: string) => storage],
    ['of a storage account that is not there', (storage: string) => storage.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9')],
  ])('holds no storage key %s', async (_what, move) => {
    const key = Buffer.from(plant('storageKey')).toString('base64');
    canaries.watch('storageKeyInBase64', key);
    const storage = move(inject('storageConnectionString')).replace(/AccountKey=[^;]+/, `AccountKey=${key}`);
    const text = await useApp({ AzureWebJobsStorage: storage });
    expect(text).toContain('notification: 503');
    expect(text).toContain('The table of calls did not answer');
    canaries.expectNoneIn('an app without storage', text);
    expect(text).not.toMatch(STACK_IN_ANSWER);
  });
});
