import { readFileSync } from 'node:fs';
import { HttpRequest, HttpResponse, InvocationContext } from '@azure/functions';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type BotRelay, createBotRelay, type RelayRequest } from '../../src/adapters/bot-relay.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import type { CallbackTokenResult } from '../../src/adapters/callback-token.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import type { RelayAnswer } from '../../src/core/relay/relay-policy.ts';
import { receiveNotifications } from '../../src/functions/receive-notifications.ts';
import { startLoopbackServer } from '../adapters/loopback-server.ts';
import { createManualClock } from '../adapters/manual-clock.ts';

const botAppId = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
const tenantId = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

let events: AppEvent[];
let started: CallId[];
let sent: RelayRequest[];
let store: CallStore;
let verified: CallbackTokenResult;

beforeEach(() => {
  events = [];
  started = [];
  sent = [];
  store = createMemoryCallStore();
  verified = { kind: 'accepted', tenantId, appId: botAppId, issuer: 'https://graph.microsoft.com' };
});

/** The receiver with a bot behind it that answers as told; without an answer there is no relay. */
function receiver(bot?: RelayAnswer | Promise<RelayAnswer>) {
  return receiverBefore(
    bot && {
      send: async (request) => {
        sent.push(request);
        return bot;
      },
    },
  );
}

function receiverBefore(relay: BotRelay | undefined) {
  const clock = createManualClock(0);
  const log = (event: AppEvent) => void events.push(event);
  return receiveNotifications({
    tokens: { verify: async () => verified },
    owner: { botAppId, graphOrigins: ['https://graph.microsoft.com'] },
    clock,
    logOf: () => log,
    effectsOf: () => ({
      store,
      durable: {
        start: async (callId) => {
          started.push(callId);
          return 'started';
        },
        raiseCallEnded: async () => {},
        status: async () => undefined,
      },
      clock,
      log,
      limits: toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 }),
      homeTenantId: tenantId,
    }),
    relay,
  });
}

const context = new InvocationContext({ functionName: 'receiveNotifications' });

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  new HttpRequest({
    method: 'POST',
    url: 'https://keepalive.example/api/notifications?code=secret&webInstanceId=7',
    headers: { 'content-type': 'application/json', authorization: 'Bearer token', ...headers },
    body: { bytes: typeof body === 'string' ? new TextEncoder().encode(body) : body },
  });

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/notifications/${name}.json`, import.meta.url), 'utf8');

const answered = (status: number, rest: Partial<Extract<RelayAnswer, { kind: 'answered' }>> = {}): RelayAnswer => ({
  kind: 'answered',
  status,
  body: new Uint8Array(),
  ...rest,
});

const outage = () =>
  createMemoryCallStore({
    before: (operation) => {
      throw new CallStoreError(operation, '503');
    },
  });

const never = new Promise<never>(() => {});

describe('with a relay', () => {
  test('the bot gets what arrived, headers and query too, and its answer goes back to Graph', async () => {
    const body = new TextEncoder().encode(` \n${fixture('established')}\t`);
    const bot = answered(200, { body: new TextEncoder().encode('{"ok":true}'), contentType: 'application/json' });
    const init = await receiver(bot)(post(body, { 'x-microsoft-skype-message-id': 'message-1' }), context);
    expect(sent).toHaveLength(1);
    expect(Buffer.compare(sent[0]?.body ?? Buffer.of(), body)).toBe(0);
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toMatchObject({ authorization: 'Bearer token' });
    expect(Object.fromEntries(sent[0]?.query ?? [])).toEqual({ code: 'secret', webInstanceId: '7' });
    const answer = new HttpResponse(init);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('client-request-id')).toBe('message-1');
    expect(await answer.text()).toBe('{"ok":true}');
    expect(started).toHaveLength(1);
  });

  test('a joining participant is answered by a real bot, to the byte', async () => {
    const body = Buffer.from(`\n${fixture('participant-joining')} `);
    const answer = Buffer.from('{ "@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": "忙しい" }\n');
    const arrived = Promise.withResolvers<{ body: Buffer; headers: object; url: string | undefined }>();
    const bot = await startLoopbackServer(async (request, response) => {
      arrived.resolve({ body: Buffer.concat(await request.toArray()), headers: request.headers, url: request.url });
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(answer);
    });
    const [url, clock] = [`${bot.url}/api/calls`, createManualClock(0)];
    const relay = createBotRelay({ url, timeoutMs: 10_000, policyTimeoutMs: 3_000, clock });
    const init = await receiverBefore(relay)(
      post(body, { 'x-functions-key': 'secret', 'scenario-id': 's-1' }),
      context,
    );
    const got = await arrived.promise;
    await bot.close();
    expect(Buffer.compare(got.body, body)).toBe(0);
    expect(got.url).toBe('/api/calls?webInstanceId=7');
    expect(got.headers).toMatchObject({ authorization: 'Bearer token', 'scenario-id': 's-1' });
    expect(JSON.stringify(got)).not.toContain('secret');
    expect(init).toMatchObject({ status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
    expect(Buffer.from(await new HttpResponse(init).arrayBuffer())).toEqual(answer);
  });

  test('a redirect keeps its location', async () => {
    const bot = answered(302, { location: 'https://eu.bot.example/api/calls' });
    const answer = new HttpResponse(await receiver(bot)(post(fixture('incoming-p2p')), context));
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('https://eu.bot.example/api/calls');
  });

  test('the short time limit is for policy-based recording only', async () => {
    for (const name of ['incoming-policy-recording', 'participant-joining', 'incoming-p2p', 'established']) {
      await receiver(answered(202))(post(fixture(name)), context);
    }
    expect(sent.map(({ isPolicyRecording }) => isPolicyRecording)).toEqual([true, true, false, false]);
  });

  test('a start that is not durable is asked for again, whatever the bot said', async () => {
    store = outage();
    const init = await receiver(answered(200))(post(fixture('established')), context);
    expect(init).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
    expect(sent).toHaveLength(1);
  });

  test('a bot that is down costs an update nothing, but is reported', async () => {
    const init = await receiver({ kind: 'unreachable', detail: 'ECONNREFUSED' })(post(fixture('established')), context);
    expect(init.status).toBe(202);
    expect(started).toHaveLength(1);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'relay.failed',
        level: 'error',
        outcome: 'unreachable',
        detail: 'ECONNREFUSED',
      }),
    );
  });

  test('an incoming call or joining participant must not look answered when the bot is down or hangs', async () => {
    for (const name of ['incoming-p2p', 'incoming-policy-recording', 'participant-joining']) {
      const down = await receiver({ kind: 'unreachable', detail: 'ECONNREFUSED' })(post(fixture(name)), context);
      expect(down.status).toBe(502);
      const hung = await receiver({ kind: 'timeout' })(post(fixture(name)), context);
      expect(hung.status).toBe(504);
    }
  });

  test('what is neither start nor end waits for the bot only, even when storage hangs or fails', async () => {
    let reads = 0;
    store = createMemoryCallStore({
      before: () => {
        reads++;
        return never;
      },
    });
    expect((await receiver(answered(200))(post(fixture('incoming-p2p')), context)).status).toBe(200);
    expect(reads).toBe(1);
    store = outage();
    expect((await receiver(answered(200))(post(fixture('establishing')), context)).status).toBe(200);
    expect(events).toContainEqual(expect.objectContaining({ event: 'notification.failed', command: 'observe' }));
  });

  test('the call is remembered although nobody waited for it', async () => {
    await receiver(answered(200))(post(fixture('incoming-p2p')), context);
    await new Promise(setImmediate);
    const callId = parseCallId('6c1f9e00-83d4-4f70-9e2c-5071a28c93f6');
    expect(callId && (await store.read(callId))?.record.phase).toBe('observed');
  });

  test('our own start is under way while the bot still thinks', async () => {
    const bot = Promise.withResolvers<RelayAnswer>();
    const answer = receiver(bot.promise)(post(fixture('established')), context);
    await expect.poll(() => started).toHaveLength(1);
    bot.resolve(answered(202));
    expect((await answer).status).toBe(202);
  });

  test('the legacy format goes to the bot too, and is declined when the bot is down', async () => {
    const legacy = fixture('legacy-skype-conversation');
    expect((await receiver(answered(204))(post(legacy), context)).status).toBe(204);
    expect((await receiver(answered(200))(post(legacy), context)).status).toBe(200);
    expect(sent).toHaveLength(2);
    expect((await receiver({ kind: 'timeout' })(post(legacy), context)).status).toBe(204);
  });

  test('a bot that refuses is reported, and its word goes back', async () => {
    expect((await receiver(answered(403))(post(fixture('established')), context)).status).toBe(403);
    expect(events).toContainEqual(expect.objectContaining({ event: 'relay.failed', outcome: 'refused', status: 403 }));
  });

  test('a bot address that leads back here ends after one hop, without effect', async () => {
    const request = post(fixture('established'), { via: '1.1 graph-call-keepalive' });
    expect((await receiver(answered(200))(request, context)).status).toBe(508);
    expect(sent).toHaveLength(0);
    expect(started).toHaveLength(0);
    expect(events).toContainEqual(expect.objectContaining({ event: 'notification.rejected', status: 508 }));
  });

  test('nothing goes on that is not verified, too large, of another type, empty or without an envelope', async () => {
    const bot = answered(200);
    const huge = new Uint8Array(4 * 1024 * 1024 + 1).fill(0x20);
    expect((await receiver(bot)(post(huge), context)).status).toBe(413);
    expect((await receiver(bot)(post('{"value":[]}', { 'content-type': 'text/plain' }), context)).status).toBe(415);
    expect((await receiver(bot)(post(''), context)).status).toBe(400);
    expect((await receiver(bot)(post('{"value":7}'), context)).status).toBe(400);
    verified = { kind: 'rejected', reason: 'expired' };
    expect((await receiver(bot)(post(fixture('established')), context)).status).toBe(401);
    verified = { kind: 'unavailable', reason: 'no keys', retryAfterSeconds: 9 };
    expect(await receiver(bot)(post(fixture('established')), context)).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '9' },
    });
    expect(sent).toHaveLength(0);
  });

  test('no token and no body gets into the log', async () => {
    const token = 'Bearer header.payload.signature';
    await receiver({ kind: 'timeout' })(post(fixture('incoming-policy-recording'), { authorization: token }), context);
    expect(events).not.toHaveLength(0);
    expect(JSON.stringify(events)).not.toMatch(/signature|INVENTED/);
  });
});

describe('without a relay', () => {
  test('a batch is accepted when it is durable, and asked for again when not', async () => {
    expect((await receiver()(post(fixture('established')), context)).status).toBe(202);
    store = outage();
    expect((await receiver()(post(fixture('established')), context)).status).toBe(503);
  });

  test('1,000 repeats of one call are as one to the table and the engine', async () => {
    const asked: string[] = [];
    store = createMemoryCallStore({ before: (operation) => void asked.push(operation) });
    const [entry] = JSON.parse(fixture('established')).value;
    const body = JSON.stringify({ value: Array.from({ length: 1_000 }, () => entry) });
    expect((await receiver()(post(body), context)).status).toBe(202);
    expect(asked).toEqual(['read', 'insert', 'replace']);
    expect(started).toHaveLength(1);
  });

  test('the legacy format is declined', async () => {
    expect((await receiver()(post(fixture('legacy-skype-conversation')), context)).status).toBe(204);
  });
});
