import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildOnce } from '../support/build-once.ts';
import { callNotification } from '../support/call-notification.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { BODY_ATTACKS } from './body-attacks.ts';
import { ID_ATTACKS } from './id-attacks.ts';
import type { Attack } from './support/attack.ts';
import { createRawClient, type RawClient } from './support/raw-client.ts';
import { type RawRequest, sendBytes, sendRaw } from './support/raw-request.ts';
import { type RecordingServer, startRecordingServer } from './support/recording-server.ts';
import { type RawHost, startRawHost } from './support/start-raw-host.ts';
import { TOKEN_ATTACKS } from './token-attacks.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];
const STACK = /\bat \S+ \(|node_modules|\.[jt]s:\d+/;

let host: RawHost;
let client: RawClient;
/** Hostile requests name it wherever they can; nobody may follow. */
let trap: RecordingServer;

beforeAll(async () => {
  await buildOnce();
  trap = await startRecordingServer();
  // Azure's host takes headers of 32 KiB, Node of itself 16 KiB: the app must meet the token that is too long.
  host = await startRawHost({ ...hostStorage('hostile'), NODE_OPTIONS: '--max-http-header-size=65536' });
  client = createRawClient(host);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await host.stop();
  await trap.close();
});

/** Sends the attack; the answer, the log and the call are as it says. */
async function expectOutcome(attack: Attack, send: (request: RawRequest) => ReturnType<RawClient['send']>) {
  const callId = randomUUID();
  const { starts = false, reason } = attack;
  // A call first heard of at established is kept alive at once; Graph would say that there is no such call.
  if (starts)
    await client.notify({ headers: JSON_TYPE, body: JSON.stringify(callNotification(callId, 'establishing')) });
  const logFrom = host.output().length;
  const asked = await attack.request({ callId, trapOrigin: trap.origin, signToken: client.signToken });
  const answer = await send({
    headers: JSON_TYPE,
    body: JSON.stringify(callNotification(callId, 'established')),
    ...asked,
  });
  expect(answer.status).toBe(attack.status);
  expect(answer.body).not.toMatch(STACK);
  if (starts) await eventually(async () => expect(await client.phaseOf(callId)).toBe('active'));
  else expect(await client.phaseOf(callId)).toBeUndefined();
  if (reason === undefined) expect(host.output().slice(logFrom)).not.toContain('notification.rejected');
  else await client.expectLogged(logFrom, reason);
}

describe('a notification', () => {
  test('as Graph sends it starts the call, so that what follows proves something', () =>
    expectOutcome({ attack: 'none', request: () => ({}), status: 202, starts: true }, client.notify));

  for (const attack of [...BODY_ATTACKS, ...ID_ATTACKS]) {
    test(`${attack.attack} is answered with ${attack.status}`, () => expectOutcome(attack, client.notify));
  }

  for (const attack of TOKEN_ATTACKS) {
    test(`${attack.attack} is answered with ${attack.status}`, () =>
      expectOutcome(attack, ({ headers, ...request }) =>
        client.send('/api/notifications', {
          ...request,
          headers: headers.includes('Content-Type') ? headers : [...JSON_TYPE, ...headers],
        }),
      ));
  }
});

describe('a call id in the address', () => {
  const OPERATIONS = [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/keepAlive'],
  ];

  test.each([
    ['an encoded traversal', '..%2f..%2fusers'],
    ['an encoded dot segment', '%2e%2e%2fhealth'],
    ['NUL', '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24%00'],
    ['a line break', '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24%0d%0aSet-Cookie:%20a=b'],
    ['a backslash', '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24%5c..'],
    ['a fragment', '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24%23'],
    ['a query', '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24%3fx=1'],
    ['a quote, as a filter of the table would end with', "4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24'%20or%20true"],
    ['a bidi override', '%e2%80%ae4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24'],
    ['bytes that are no UTF-8', '%c3%28'],
    ['5,000 characters', 'a'.repeat(5_000)],
    ['__proto__', '__proto__'],
  ])('that holds %s is refused, and neither echoed nor looked for', async (_what, id) => {
    for (const [method = '', rest = ''] of OPERATIONS) {
      const answer = await client.operate(method, `/api/calls/${id}${rest}`, { headers: JSON_TYPE, body: '{}' });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toEqual({
        title: 'Bad request',
        status: 400,
        detail: 'This is no call id: give the GUID of the call, with or without dashes.',
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });
});

describe('a batch', { timeout: 60_000 }, () => {
  /** Alone, it takes 4 s. */
  const LIMIT_MS = 45_000;
  const entryOf = (callId: string, state: string) => ({
    changeType: 'updated',
    resource: `/app/calls/${callId}`,
    resourceData: { '@odata.type': '#microsoft.graph.call', state },
  });
  const send = (value: readonly unknown[]) => client.notify({ headers: JSON_TYPE, body: JSON.stringify({ value }) });
  const callIds = Array.from({ length: 1_000 }, () => randomUUID());

  beforeAll(async () => {
    await send(callIds.map((callId) => entryOf(callId, 'establishing')));
  }, START_TIMEOUT_MS);

  test('of 1,000 calls between 1,000 bad entries starts every one of them, in bounded time', async () => {
    const startedMs = performance.now();
    const { status } = await send(callIds.flatMap((callId) => [{ resource: 7 }, entryOf(callId, 'established')]));
    expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS);
    expect(status).toBe(202);
    const started = new Set(await client.instanceIds());
    expect(callIds.filter((callId) => !started.has(`call-${callId}`))).toEqual([]);
  });

  test('of 5,000 bad entries is told in a few lines', async () => {
    const logFrom = host.output().length;
    expect((await send(Array.from({ length: 5_000 }, () => 7))).status).toBe(202);
    await eventually(() => expect(host.output().slice(logFrom)).toContain('"reason":"moreEntries","entries":4980}'));
    expect(host.output().slice(logFrom).split('notification.rejected')).toHaveLength(22);
  });
});

describe('bytes that are no proper request', () => {
  const request = (callId: string, headers: readonly string[], body = JSON.stringify(entry(callId))) =>
    [
      'POST /api/notifications HTTP/1.1',
      'Host: 127.0.0.1',
      'Content-Type: application/json',
      ...headers,
      '',
      body,
    ].join('\r\n');
  const entry = (callId: string) => callNotification(callId, 'established');

  test.each([
    ['a body that ends before its Content-Length', ['Content-Length: 5000']],
    ['two lengths', ['Content-Length: 10', 'Content-Length: 5000']],
    ['a length and chunks', ['Content-Length: 10', 'Transfer-Encoding: chunked']],
    ['a length below zero', ['Content-Length: -1']],
  ])('never reach the app: %s', async (_what, headers) => {
    const callId = randomUUID();
    const logFrom = host.output().length;
    const authorization = `Authorization: Bearer ${await client.signToken()}`;
    expect(await sendBytes(host.origin, request(callId, [authorization, ...headers]))).toBe(400);
    expect(await client.phaseOf(callId)).toBeUndefined();
    expect(host.output().slice(logFrom)).not.toContain('receiveNotifications');
  });
});

test('a page elsewhere reaches neither the app nor the simulated Graph, whatever name it gives this machine', async () => {
  for (const url of [`${host.origin}/api/health`, `${host.graphOrigin}/control/calls`]) {
    const statusOf = async (headers: readonly string[]) => (await sendRaw(url, { method: 'GET', headers })).status;
    expect(await statusOf([]), url).toBe(200);
    expect(await statusOf(['Origin', new URL(url).origin]), url).toBe(200);
    expect(await statusOf(['Origin', 'https://evil.example']), url).toBe(403);
    expect(await sendBytes(url, 'GET / HTTP/1.1\r\nHost: rebound.example:7071\r\n\r\n'), url).toBe(421);
  }
});

test('what answers may hold a key is not stored, and no answer is guessed to be something else', async () => {
  const instances = `/runtime/webhooks/durabletask/instances?code=${host.durableKey}`;
  const durable = await client.send(instances, { method: 'GET', headers: [] });
  expect([durable.status, durable.headers['cache-control']]).toEqual([200, 'no-store']);
  for (const path of ['/api/health', '/api/openapi.json', '/api/calls', '/api/dashboard']) {
    expect((await client.operate('GET', path)).headers['x-content-type-options'], path).toBe('nosniff');
  }
});

test('a flood of strangers, who have no token, writes no more than 30 lines', async () => {
  const logFrom = host.output().length;
  const knock = () => client.send('/api/notifications', { headers: JSON_TYPE, body: '{"value":[]}' });
  for (let wave = 0; wave < 20; wave++) {
    for (const { status } of await Promise.all(Array.from({ length: 10 }, knock))) expect(status).toBe(401);
  }
  await eventually(async () =>
    expect((await client.send('/api/health', { method: 'GET', headers: [] })).status).toBe(200),
  );
  expect(host.output().slice(logFrom).split('notification.rejected').length - 1).toBeLessThanOrEqual(31);
});

describe('after all of it', () => {
  test('nobody was contacted but Graph', () => {
    expect(trap.requests).toEqual([]);
  });

  test('every character of the log can be seen', () => {
    expect(host.output()).toContain('notification.rejected');
    expect(host.output().replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u);
  });

  test('the host is well', async () => {
    const { status, body } = await client.send('/api/health', { method: 'GET', headers: [] });
    expect([status, body]).toEqual([200, '{"status":"ok","engine":"up","table":"up"}']);
  });
});
