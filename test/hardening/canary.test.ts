import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { readablePaths } from './support/api-paths.ts';
import { createCanaries } from './support/canaries.ts';
import { createRawClient, type RawClient } from './support/raw-client.ts';
import { recordAnswers } from './support/recording-client.ts';
import { type RecordingServer, startRecordingServer } from './support/recording-server.ts';
import { type RawHost, startRawHost } from './support/start-raw-host.ts';

const canaries = createCanaries();
const { plant } = canaries;
const JSON_TYPE = ['Content-Type', 'application/json'];
const INVISIBLE = '\u001b[31m\u202e\u0007\u2028';
/** Without those that the table refuses in a key. */
const INVISIBLE_IN_KEYS = '\u202e\u2066\u200b';
const ANY_INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u;

/** The call whose notifications are told, and the one that an operator registers. */
const [told, registered] = [randomUUID(), randomUUID()];

/** The keepAlives before the operator's: one of each call's orchestration, one of the registration. */
const OF_THE_APP = 3;

const storage = hostStorage('canary');
let host: RawHost;
let client: ReturnType<typeof recordAnswers>;
/** Everybody around the app answers with what must not be kept, or leads elsewhere. */
let graph: RecordingServer;
let bot: RecordingServer;
let webhook: RecordingServer;
let trap: RecordingServer;

const redirect = (name: string) => ({ status: 307, headers: { location: `${trap.origin}/${name}` } });

beforeAll(async () => {
  await buildOnce();
  trap = await startRecordingServer();
  graph = await startRecordingServer(({ headers }) => {
    if (graph.requests.length === OF_THE_APP + 1) return redirect('graph');
    const token = `eyJ${plant('tokenInGraphsAnswer')}.${plant('claimsInGraphsAnswer')}.x`;
    const message = `${INVISIBLE} ${token} ${headers.authorization} went wrong`;
    const body = JSON.stringify({ error: { code: 'Odd', message, innerError: { secret: plant('graphsInnerError') } } });
    return { status: 403, headers: { 'x-secret': plant('graphsHeader') }, body };
  });
  bot = await startRecordingServer(() =>
    bot.requests.length === 1
      ? { status: 500, headers: { 'x-secret': plant('botsHeader') }, body: plant('botsAnswer') }
      : redirect('bot'),
  );
  webhook = await startRecordingServer(() =>
    webhook.requests.length === 1 ? redirect('webhook') : { status: 500, body: plant('webhooksAnswer') },
  );
  const webhookSecret = Buffer.from(`${plant('webhookSecret')}`).toString('base64');
  canaries.watch('webhookSecretInBase64', webhookSecret);
  host = await startRawHost({
    ...storage,
    GRAPH_BASE_URL: `${graph.origin}/v1.0`,
    BOT_NOTIFICATION_URL: `${bot.origin}/calls?key=${plant('botsUrl')}`,
    CALL_ENDED_WEBHOOK_URL: `${webhook.origin}/ended?key=${plant('webhooksUrl')}`,
    CALL_ENDED_WEBHOOK_SECRET: `whsec_${webhookSecret}`,
    BOT_CLIENT_SECRET: plant('clientSecret'),
    BOT_CERTIFICATE_PEM: plant('certificate'),
  });
  canaries.watch('storageKey', /AccountKey=([^;]+)/.exec(storage.AzureWebJobsStorage)?.[1] ?? '');
  for (const name of ['functionKey', 'masterKey', 'durableKey'] as const) canaries.watch(name, host[name]);
  client = recordAnswers(createRawClient(host));
  await tellOfTheCall();
  await sendWhatIsRefused();
  await operate();
  await endTheCall();
}, START_TIMEOUT_MS);
afterAll(async () => {
  await host.stop();
  await Promise.all([trap, graph, bot, webhook].map((server) => server.close()));
});

const toCall = (callId: string, data: object) =>
  JSON.stringify({
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        changeType: 'updated',
        resource: `/app/calls/${callId}`,
        resourceData: { '@odata.type': '#microsoft.graph.call', ...data },
      },
    ],
  });

async function tellOfTheCall(): Promise<void> {
  const token = await client.signToken();
  canaries.watch('callbackToken', token);
  canaries.watch('signatureOfCallbackToken', token.split('.')[2] ?? '');
  const body = toCall(told, {
    state: 'established',
    subject: 'kept',
    callbackUri: `https://app.example/api/notifications?code=${plant('keyInCallbackUri')}`,
    meetingInfo: { '@odata.type': '#microsoft.graph.tokenMeetingInfo', token: plant('meetingToken') },
    chatInfo: { threadId: '19:kept@thread.v2', secret: plant('chatInfo') },
    incomingContext: { replacesContext: plant('incomingReplacesContext') },
    replacesContext: plant('replacesContext'),
    replacementLink: plant('replacementLink'),
    recordingAccessToken: plant('recordingAccessToken'),
    toneInfo: { sequenceId: 1, tone: plant('tone') },
    mediaConfig: { '@odata.type': '#microsoft.graph.appHostedMediaConfig', blob: plant('mediaBlob') },
    source: { identity: { user: { id: 'kept-user', displayName: plant('callersName') } } },
    [plant('memberName')]: plant('memberValue'),
  });
  const own = ['Cookie', plant('cookie'), 'X-Functions-Key', plant('keyInHeader'), 'X-Anything', plant('anyHeader')];
  const headers = [...JSON_TYPE, 'Authorization', `Bearer ${token}`, 'Scenario-Id', `${plant('scenario')}!`, ...own];
  const query = `?code=${plant('keyInQuery')}&other=${plant('query')}`;
  const answer = await createRawClient(host).send(`/api/notifications${query}`, { method: 'POST', headers, body });
  expect([answer.status, answer.body]).toEqual([500, plant('botsAnswer')]);
  expect(JSON.stringify(answer.headers)).not.toMatch(/canary/);
}

async function sendWhatIsRefused(): Promise<void> {
  const refused = (authorization: string) =>
    client.send('/api/notifications', {
      method: 'POST',
      headers: [...JSON_TYPE, 'Authorization', authorization],
      body: toCall(randomUUID(), { state: 'established', meetingInfo: { token: plant('unverifiedBody') } }),
    });
  const claims = Buffer.from(JSON.stringify({ tid: plant('claim') })).toString('base64url');
  canaries.watch('encodedClaims', claims);
  for (const authorization of [
    `Bearer ${plant('junkToken')}`,
    `Basic ${plant('password')}`,
    `Bearer ${Buffer.from(`{"alg":"RS256","kid":"${plant('keyId')}"}`).toString('base64url')}.${claims}.${plant('signature')}`,
  ]) {
    expect((await refused(authorization)).status).toBe(401);
  }
  expect((await client.notify({ headers: JSON_TYPE, body: `{"value":${plant('brokenJson')}` })).status).toBe(400);
  expect((await client.notify({ headers: ['Content-Type', `text/${plant('mediaType')}`], body: '{}' })).status).toBe(
    415,
  );
  const resource = `/app/calls/${plant('callId')}/${INVISIBLE}`;
  for (const wrong of [{ value: [{ resource }] }, { '@odata.type': plant('odataType'), value: [{ resource }] }]) {
    await client.notify({ headers: JSON_TYPE, body: JSON.stringify(wrong) });
  }
}

async function operate(): Promise<void> {
  const put = (body: string, callId = registered) =>
    client.operate('PUT', `/api/calls/${callId}`, { headers: JSON_TYPE, body });
  const meetingInfo = {
    organizer: { user: { id: 'kept', displayName: plant('organizersName') } },
    token: plant('putToken'),
  };
  const { status } = await put(
    JSON.stringify({ tenantId: SAMPLE_TENANT_ID, meetingInfo, chatInfo: { threadId: 't', x: plant('putChat') } }),
  );
  expect(status).toBe(202);
  for (const wrong of [
    { tenantId: plant('tenant') },
    { tenantId: SAMPLE_TENANT_ID, startedAt: plant('startedAt') },
    { tenantId: SAMPLE_TENANT_ID, joinUrl: plant('joinUrl') },
    { tenantId: SAMPLE_TENANT_ID, chatInfo: plant('chat') },
    { tenantId: SAMPLE_TENANT_ID, password: plant('unknownMember'), [INVISIBLE]: 1 },
  ]) {
    expect((await put(JSON.stringify(wrong))).status).toBe(400);
  }
  expect((await put(`{"tenantId":"${plant('brokenPut')}`)).status).toBe(400);
  const path = `/api/calls/${registered}`;
  const ids = ['client-request-id', `${plant('clientRequestId')}!`, 'Scenario-Id', plant('operatorsScenario')];
  expect((await client.operate('POST', `${path}/keepAlive`, { headers: ids })).status).toBe(400);
  expect((await client.operate('POST', `${path}/keepAlive?dryRun=${plant('dryRun')}`)).status).toBe(400);
  expect((await client.operate('POST', `${path}/keepAlive?dryRun=true`)).status).toBe(200);
  const odd = [
    'Cookie',
    plant('operatorsCookie'),
    'If-None-Match',
    `"${plant('etag')}"`,
    'X-Anything',
    plant('operatorsHeader'),
  ];
  await eventually(() => expect(graph.requests).toHaveLength(OF_THE_APP));
  // A redirect, then a refusal.
  for (const _ of [1, 2]) {
    expect((await client.operate('POST', `${path}/keepAlive`, { headers: odd })).status).toBe(502);
  }
  await insertRow(`${INVISIBLE_IN_KEYS}${randomUUID()}`);
  for (const name of ['text', 'tenant', 'state', 'danger', 'continuationToken', 'include', 'top', 'code']) {
    await client.operate('GET', `/api/calls?${name}=${plant(`query ${name}`)}`, { headers: odd });
  }
  for (const method of ['GET', 'PUT', 'DELETE']) {
    expect((await client.operate(method, `/api/calls/${plant('idInPath')}`, { headers: odd })).status).toBe(400);
  }
  for (const readable of readablePaths(registered, plant('asset'))) {
    await client.operate('GET', `${readable}?since=${plant('since')}&code=${plant('keyInQueryBesideAnother')}`, {
      headers: odd,
    });
    await client.operate('GET', readable);
    const stranger = ['X-Functions-Key', plant('keyInHeaderOfStranger')];
    await client.send(`${readable}?code=${plant('keyOfStranger')}`, { method: 'GET', headers: stranger });
  }
}

async function endTheCall(): Promise<void> {
  const resultInfo = { code: 200, subcode: 5000, secret: plant('resultInfo') };
  // The bot answers with a redirect, which is Graph's to follow.
  const answer = await client.notify({ headers: JSON_TYPE, body: toCall(told, { state: 'terminated', resultInfo }) });
  expect(answer).toMatchObject({ status: 307, headers: { location: `${trap.origin}/bot` } });
  await eventually(() => expect(host.output()).toContain('webhook.failed'));
  expect((await client.operate('DELETE', `/api/calls/${registered}`)).status).toBe(202);
  await eventually(() => expect(host.output().split('"event":"webhook.failed"').length).toBeGreaterThan(2));
}

/** Text of everything that the engine keeps: list, and each instance with input and history. */
async function readInstances(plain: RawClient): Promise<string> {
  const of = (path: string) =>
    plain.send(`/runtime/webhooks/durabletask/instances${path}`, {
      method: 'GET',
      headers: ['x-functions-key', host.durableKey],
    });
  const details = 'showInput=true&showHistory=true&showHistoryOutput=true';
  const all = await Promise.all([
    of(`?${details}`),
    ...[told, registered].map((callId) => of(`/call-${callId}?${details}`)),
  ]);
  return all.map(({ body }) => body).join('\n');
}

const openTable = () =>
  TableClient.fromConnectionString(storage.AzureWebJobsStorage, 'Calls', { allowInsecureConnection: true });

/** As somebody with a storage explorer could. */
async function insertRow(rowKey: string): Promise<void> {
  await openTable().createEntity({ partitionKey: 'by hand', rowKey, phase: 'active' });
}

async function readTable(): Promise<string> {
  const table = openTable();
  const rows: unknown[] = [];
  for await (const row of table.listEntities()) rows.push(row);
  return JSON.stringify(rows);
}

describe('a secret', () => {
  test('stands in no line of the log, which tells of all that happened', () => {
    for (const event of [
      ...['call.established', 'call.registered', 'call.ended', 'call.cleanedUp', 'notification.rejected'],
      ...['relay.failed', 'keepAlive.failed', 'webhook.failed'],
    ]) {
      expect(host.output()).toContain(`"event":"${event}"`);
    }
    canaries.expectNoneIn('the log', host.output());
  });

  test('stands in no answer', () => {
    expect(client.answers.length).toBeGreaterThan(50);
    for (const answer of client.answers) canaries.expectNoneIn(answer.split(':')[0] ?? '', answer);
  });

  test("stands in no instance's input, status, output or history", async () => {
    const text = await readInstances(createRawClient(host));
    for (const known of [told, registered, '"EventType":"Task', '"EventType":"EventRaised"', 'lastFailure']) {
      expect(text).toContain(known);
    }
    canaries.expectNoneIn('the task hub', text.replaceAll(host.durableKey, ''));
  });

  test('stands in no row of the table, which keeps what a rejoin needs', async () => {
    const text = await readTable();
    for (const known of [told, registered, '19:kept@thread.v2', 'https://app.example/api/notifications', 'kept-user']) {
      expect(text).toContain(known);
    }
    canaries.expectNoneIn('the table', text);
  });

  test('does not go on to Graph, nor to the webhook', () => {
    for (const [name, { requests }] of Object.entries({ graph, webhook })) {
      expect(requests.length).toBeGreaterThan(0);
      const own = plant('webhooksUrl');
      canaries.expectNoneIn(name, JSON.stringify(requests).replaceAll(own, ''));
    }
  });

  test('of ours does not go on to the bot, which gets what is meant for it', () => {
    expect(bot.requests).toHaveLength(4);
    const text = JSON.stringify(bot.requests);
    for (const name of ['callbackToken', 'meetingToken', 'tone', 'query']) {
      expect(text).toContain(name === 'callbackToken' ? 'Bearer ey' : plant(name));
    }
    const ours = ['cookie', 'keyInHeader', 'anyHeader', 'keyInQuery', 'webhookSecret', 'clientSecret', 'junkToken'];
    for (const name of ours) expect(text).not.toContain(plant(name));
  });
});

describe("whoever holds the engine's key", () => {
  const orchestrators = '/runtime/webhooks/durabletask/orchestrators/keepCallAlive';
  const headers = () => [...JSON_TYPE, 'x-functions-key', host.durableKey];

  test("cannot point the bot's token at another path of Graph", async () => {
    const instances = '/runtime/webhooks/durabletask/instances';
    const plain = createRawClient(host);
    const { body } = await plain.send(`${instances}/call-${told}`, { method: 'GET', headers: headers() });
    const callId = randomUUID();
    const input = { ...Object(JSON.parse(body).input), callId, graphCallId: '..', nextKeepAliveAtMs: 0 };
    const before = graph.requests.length;
    const started = await plain.send(`${orchestrators}/call-${callId}`, {
      headers: headers(),
      body: JSON.stringify(input),
    });
    expect(started.status).toBe(202);
    await eventually(async () => {
      const answer = await plain.send(`${instances}/call-${callId}`, { method: 'GET', headers: headers() });
      expect(JSON.parse(answer.body)).toMatchObject({ runtimeStatus: 'Failed' });
    });
    expect(graph.requests).toHaveLength(before);
  });
});

describe('hostile surroundings', () => {
  test('lead the app nowhere: no redirect is followed', () => {
    expect(trap.requests).toEqual([]);
  });

  test('cannot write a character that is not seen into the log or an error', () => {
    const lines = host.output().split('\n');
    const reported = lines.filter((line) => line.includes('"event":')).join('');
    for (const known of ['went wrong', 'record.unreadable']) expect(reported).toContain(known);
    expect(reported).not.toMatch(ANY_INVISIBLE);
    const refusals = client.answers.filter((answer) => /: [45]\d\d /.test(answer)).join('');
    expect(refusals).toContain('Unknown: password');
    expect(refusals).not.toMatch(ANY_INVISIBLE);
  });

  test('see no stack trace in any answer', () => {
    expect(client.answers.filter((answer) => /\bat \S+ \(|node_modules|\.[jt]s:\d+/.test(answer))).toEqual([]);
  });
});
