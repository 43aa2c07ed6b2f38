import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSimulatedGraph } from '../../../local/simulated-graph/simulated-graph.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import type { PlainObject } from '../../../src/core/values/plain-object.ts';
import { type LoopbackServer, startLoopbackServer } from '../../adapters/loopback-server.ts';
import { BOT_APP_ID, onlyEntry, signingKey, TENANT_ID } from './graph-on-virtual-clock.ts';

let bot: LoopbackServer;
let bodies: string[];
let onBody: () => void;
let graph: ReturnType<typeof createSimulatedGraph>;
let listener: Awaited<ReturnType<typeof graph.listen>>;

beforeEach(async () => {
  bodies = [];
  onBody = () => {};
  bot = await startLoopbackServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    response.writeHead(202).end();
    bodies.push(text);
    onBody();
  });
  // Established after 10 ms, and far from its 45 minutes (13.5 s) when the test is over.
  graph = createSimulatedGraph({
    clock: systemClock,
    botAppId: BOT_APP_ID,
    tenantId: TENANT_ID,
    timeScale: 200,
    signingKeys: [signingKey],
  });
  listener = await graph.listen({ port: 0 });
});

afterEach(async () => {
  graph.stop();
  await listener.close();
  await bot.close();
});

function send(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${listener.origin}${path}`, {
    method,
    headers: { authorization: 'Bearer any-token', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function jsonOf(answer: Response | Promise<Response>) {
  return JSON.parse(await (await answer).text());
}

async function notificationsUntil(state: string): Promise<unknown[]> {
  const states = () => bodies.map((body) => onlyEntry(body).resourceData);
  const hasArrived = () => states().some((data) => JSON.stringify(data).includes(`"state":"${state}"`));
  while (!hasArrived()) {
    await new Promise<void>((resolve) => {
      onBody = resolve;
    });
  }
  return states();
}

test('a bot creates a call over HTTP, hears of it, reads it, hangs up, and finds it gone', async () => {
  const callbackUri = `${bot.url}/api/notifications`;
  const created = await send('POST', '/v1.0/communications/calls', {
    callbackUri,
    subject: 'Test Call',
    targets: [{}],
  });
  expect(created.status).toBe(201);
  const call = await jsonOf(created);
  expect(call).toMatchObject({
    '@odata.type': '#microsoft.graph.call',
    state: 'establishing',
    direction: 'outgoing',
    callbackUri,
    subject: 'Test Call',
    tenantId: TENANT_ID,
  });
  expect(await notificationsUntil('established')).toMatchObject([
    { state: 'establishing' },
    { state: 'ringing' },
    { state: 'established' },
  ]);
  const path = `/v1.0/communications/calls/${call.id}`;
  expect(await jsonOf(send('GET', path))).toMatchObject({ id: call.id, state: 'established' });
  const beat = await send('POST', `${path}/keepAlive`);
  expect([beat.status, beat.headers.get('content-type'), await beat.text()]).toEqual([200, 'text/plain', '']);
  expect((await send('DELETE', path)).status).toBe(204);
  expect((await notificationsUntil('terminated')).slice(-2)).toMatchObject([
    { state: 'terminating' },
    { state: 'terminated', resultInfo: { code: 200, subcode: 7000 } },
  ]);
  expect((await send('POST', `${path}/keepAlive`)).status).toBe(404);
  expect((await send('GET', path)).status).toBe(404);
});

test('the answer to a new call says that it is being established, however long the machine took for it', async () => {
  let nowMs = 0;
  const slow = createSimulatedGraph({
    clock: { nowMs: () => (nowMs += 5_000), after: () => () => {} },
    botAppId: 'app',
    tenantId: TENANT_ID,
    deliver: async () => ({ status: 202 }),
  });
  const answer = await slow.handle({
    method: 'POST',
    url: new URL('https://graph.microsoft.com/v1.0/communications/calls'),
    headers: { authorization: 'Bearer bot' },
    body: new TextEncoder().encode(JSON.stringify({ callbackUri: 'http://127.0.0.1:1/', targets: [{}] })),
  });
  expect(JSON.parse('body' in answer ? String(answer.body) : '')).toMatchObject({ state: 'establishing' });
});

test('a joined meeting does not ring, and is established with the chatInfo and meetingInfo that were asked for', async () => {
  const joined = { chatInfo: { threadId: '19:mine@thread.v2' }, meetingInfo: { joinMeetingId: '123' } };
  await send('POST', '/beta/app/calls', { callbackUri: bot.url, ...joined });
  const states = await notificationsUntil('established');
  expect(states).toMatchObject([{ state: 'establishing' }, { state: 'established', ...joined }]);
});

test.each(['http://bot.contoso.example/api/calls', 'nonsense', 7, undefined])(
  'Graph refuses to create a call with callbackUri %s',
  async (callbackUri) => {
    const answer = await send('POST', '/v1.0/communications/calls', { callbackUri });
    expect(answer.status).toBe(400);
    expect((await jsonOf(answer)).error.message).toContain('callbackUri');
    expect(graph.calls()).toEqual([]);
  },
);

test('a reset closes the connection without an answer', async () => {
  graph.addFault({ operation: 'keepAlive', reset: true });
  const path = '/v1.0/communications/calls/00000000-1111-4222-8333-444444444444/keepAlive';
  await expect(send('POST', path)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect((await send('POST', path)).status).toBe(404);
});

test('the control API does over HTTP what the object does in process', async () => {
  const callId = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
  const incoming = { direction: 'incoming', answerWithinSeconds: 3_600 };
  const created = await send('POST', '/control/calls', { callbackUri: bot.url, callId, ...incoming });
  expect([created.status, (await jsonOf(created)).state]).toEqual([201, 'incoming']);
  expect((await send('POST', '/control/calls', { callbackUri: bot.url, callId })).status).toBe(409);
  expect((await send('POST', '/control/notifications', { callId, state: 'established' })).status).toBe(200);
  expect((await send('POST', '/control/notifications', { callId, body: { value: [{ odd: 1 }] } })).status).toBe(200);
  expect(bodies.at(-1)).toBe('{"value":[{"odd":1}]}');
  expect((await jsonOf(send('GET', `/control/calls/${callId}`))).notifications.length).toBeGreaterThanOrEqual(3);
  const sent = await send('POST', '/control/rosters', { callId, participants: [{ who: 'bot' }, { who: 'alex' }] });
  expect((await jsonOf(sent)).outcome).toBe('delivered');
  expect(JSON.parse(bodies.at(-1) ?? '').value[0]).toMatchObject({
    resource: `/app/calls/${callId}/participants`,
    resourceData: [
      { info: { identity: { application: expect.anything() } } },
      { info: { identity: { user: expect.anything() } } },
    ],
  });
  await send('DELETE', `/control/calls/${callId}`);
  expect((await jsonOf(send('GET', '/control/calls'))).value).toMatchObject([{ callId, state: 'terminated' }]);
  const log = (await jsonOf(send('GET', '/control/log'))).value;
  expect(log.at(-1)).toMatchObject({ kind: 'transition', state: 'terminated', callId });

  const fault = { operation: 'getCall', status: 500 };
  expect((await send('POST', '/control/faults', fault)).status).toBe(201);
  expect((await jsonOf(send('GET', '/control/faults'))).value).toMatchObject([{ ...fault, times: 1, struck: 0 }]);
  expect((await send('DELETE', '/control/faults')).status).toBe(204);
  expect(graph.faults()).toEqual([]);

  const { kid } = await jsonOf(send('POST', '/control/keys', { dropOld: true }));
  const keySet = await jsonOf(send('GET', '/v1/keys'));
  expect(keySet.keys.map((key: { kid: string }) => key.kid)).toEqual([kid]);
  const { token } = await jsonOf(send('POST', '/control/callback-tokens'));
  expect(token.split('.').length).toBe(3);
});

test.each([
  ['/control/calls', { callbackUri: 'https://a.example', establishAfterSeconds: -1 }, 'establishAfterSeconds'],
  ['/control/calls', { callbackUri: 'https://a.example', kindd: 'p2p' }, 'kindd'],
  ['/control/calls', {}, 'callbackUri'],
  ['/control/faults', { operation: 'keepAlive' }, 'status'],
  ['/control/faults', { operation: 'notification', lost: true, status: 500 }, 'status'],
  ['/control/faults', { operation: 'keepAlive', status: 200 }, 'status'],
  ['/control/callback-tokens', { $header: { alg: 'ES256' } }, '$header.alg'],
  ['/control/callback-tokens', { $header: 'none' }, '$header'],
  ['/control/notifications', { callId: 'x' }, 'state'],
  ['/control/rosters', { callId: 'x', participants: [{ who: 'nobody' }] }, 'who'],
])('the control API refuses %s %j and names the field', async (path, body, field) => {
  const answer = await send('POST', path, body);
  expect(answer.status).toBe(400);
  expect((await jsonOf(answer)).error.message).toContain(field);
});

test('the control API says of a call that it does not know that it is not found', async () => {
  const answer = await send('GET', '/control/calls/4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d25');
  expect([answer.status, (await jsonOf(answer)).error.code]).toEqual([404, 'NotFound']);
});

test('the control API answers only to a loopback name', async () => {
  const url = new URL('http://rebound.example/control/calls');
  const answer = await graph.handle({ method: 'GET', url, headers: {}, body: new Uint8Array() });
  expect(answer).toMatchObject({ status: 403 });
});

test('a notification that nobody takes says why', async () => {
  await bot.close();
  const callId = graph.createCall({ callbackUri: bot.url }).callId;
  const { outcome, error } = await graph.sendNotification({ callId, state: 'established' });
  expect([outcome, error]).toEqual(['failed', expect.stringContaining('ECONNREFUSED')]);
});

test('two listeners cannot have the same port', async () => {
  const port = Number(new URL(listener.origin).port);
  await expect(graph.listen({ port })).rejects.toThrow('choose another port (--graph-port');
});

test('Graph lists who is in a call as the rosters left it, but not of a call between two', async () => {
  const create = async (options: object) =>
    (await jsonOf(send('POST', '/control/calls', { callbackUri: bot.url, ...options }))).callId;
  const callId = await create({ kind: 'meeting' });
  const listed = async () => {
    const { value } = await jsonOf(send('GET', `/v1.0/communications/calls/${callId}/participants`));
    return value.map(({ info }: PlainObject) => Object.keys(Object(info).identity)[1]);
  };
  const tell = (...participants: readonly object[]) => send('POST', '/control/rosters', { callId, participants });
  expect(await listed()).toEqual(['application', 'user']);
  await tell({ who: 'bot' });
  expect(await listed()).toEqual(['application']);
  await send('POST', '/control/rosters', {
    callId,
    sequenceNumber: 1,
    participants: [{ who: 'priya' }, { who: 'alex' }],
  });
  await send('POST', '/control/rosters', {
    callId,
    sequenceNumber: 2,
    participants: [{ who: 'priya', hasLeft: true }],
  });
  expect(await listed()).toEqual(['application', 'user']);
  const between = await send('GET', `/v1.0/communications/calls/${await create({ kind: 'p2p' })}/participants`);
  expect(between.status).toBe(400);
});
