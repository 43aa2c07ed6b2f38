import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BotRelay, createBotRelay } from '../../src/adapters/bot-relay.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { createManualClock } from './manual-clock.ts';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly port: number | undefined;
}

type Answer = (response: ServerResponse) => void;

let seen: SeenRequest[];
let answers: Answer[];
let arrived: PromiseWithResolvers<void>;
let bot: LoopbackServer;
let relay: BotRelay;

const create = (options: Partial<Parameters<typeof createBotRelay>[0]> = {}) =>
  createBotRelay({
    url: `${bot.url}/api/calls`,
    timeoutMs: 10_000,
    policyTimeoutMs: 3_000,
    clock: systemClock,
    ...options,
  });

beforeEach(async () => {
  seen = [];
  answers = [];
  arrived = Promise.withResolvers();
  bot = await startLoopbackServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const { method, url, headers, socket } = request;
    seen.push({ method, url, headers, body, port: socket.remotePort });
    arrived.resolve();
    answers.shift()?.(response);
  });
  relay = create();
});
afterEach(() => bot.close());

const bytes = (text: string) => new TextEncoder().encode(text);
const notification = (body = bytes('{}'), isPolicyRecording = false) => ({
  body,
  headers: [['Content-Type', 'application/json']] as const,
  query: [] as const,
  isPolicyRecording,
});
const accept: Answer = (response) => response.writeHead(202).end();

describe('what the bot gets', () => {
  test('is the body byte for byte, odd whitespace, UTF-8, byte order mark and all', async () => {
    const bodies = [
      bytes('\uFEFF \t\r\n{ "value" :\n[ ],"sübject":"通話 📞 \\u00e9", "n":1.50E+2 }\n\n'),
      Uint8Array.of(0x7b, 0x22, 0xff, 0x00, 0x7d),
      new Uint8Array(4 * 1024 * 1024).fill(0x20),
      new Uint8Array(),
    ];
    for (const body of bodies) {
      answers.push(accept);
      expect(await relay.send(notification(body))).toMatchObject({ kind: 'answered', status: 202 });
      const got = seen.pop();
      expect(got?.method).toBe('POST');
      expect(got?.headers['content-length']).toBe(String(body.byteLength));
      expect(Buffer.compare(got?.body ?? Buffer.from('nothing'), body)).toBe(0);
    }
  });

  test('are the relayed headers and those of this hop, no others', async () => {
    answers.push(accept);
    const headers = [
      ['Authorization', 'Bearer token'],
      ['X-Microsoft-Skype-Message-ID', 'one'],
      ['x-functions-key', 'secret'],
      ['cookie', 'secret'],
      ['host', 'keepalive.example'],
    ] as const;
    await relay.send({
      ...notification(),
      headers,
      query: [
        ['code', 'secret'],
        ['webInstanceId', '7'],
      ],
    });
    expect(seen[0]?.url).toBe('/api/calls?webInstanceId=7');
    expect(seen[0]?.headers).toEqual({
      'accept-encoding': 'identity',
      authorization: 'Bearer token',
      connection: 'keep-alive',
      'content-length': '2',
      host: new URL(bot.url).host,
      via: '1.1 graph-call-keepalive',
      'x-microsoft-skype-message-id': 'one',
    });
  });

  test('comes over a kept connection', async () => {
    answers.push(accept, accept);
    await relay.send(notification());
    await relay.send(notification());
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
  });
});

describe("the bot's answer", () => {
  test('comes back with status, body and content type, such as the answer to a joining participant', async () => {
    const body = '{"@odata.type":"#microsoft.graph.acceptJoinResponse"}';
    answers.push((response) => response.writeHead(200, { 'Content-Type': 'application/json;x=y' }).end(body));
    const answer = await relay.send(notification());
    expect(answer).toEqual({
      kind: 'answered',
      status: 200,
      contentType: 'application/json;x=y',
      body: Buffer.from(body),
    });
  });

  test.each([302, 307])('may be a redirect %i, which is passed on and not followed', async (status) => {
    const location = 'https://EU.bot.example/api/calls?a=%41';
    answers.push((response) => response.writeHead(status, { Location: location }).end());
    expect(await relay.send(notification())).toMatchObject({ kind: 'answered', status, location });
    expect(seen).toHaveLength(1);
  });

  test('has its relative location resolved, for Graph would look for it on our host', async () => {
    answers.push((response) => response.writeHead(307, { Location: '../calls/eu' }).end());
    expect(await relay.send(notification())).toMatchObject({ location: `${bot.url}/calls/eu` });
  });

  test('may be a refusal to come back later', async () => {
    answers.push((response) => response.writeHead(503, { 'Retry-After': '7' }).end());
    expect(await relay.send(notification())).toMatchObject({ kind: 'answered', status: 503, retryAfter: '7' });
  });

  test('of more than a mebibyte is none', async () => {
    answers.push(
      (response) => response.end(Buffer.alloc(1024 * 1024)),
      (response) => response.end(Buffer.alloc(1024 * 1024 + 1)),
    );
    expect(await relay.send(notification())).toMatchObject({ kind: 'answered', status: 200 });
    expect(await relay.send(notification())).toEqual({ kind: 'unreachable', detail: 'answerTooLarge' });
  });

  test('that breaks off is none', async () => {
    answers.push((response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('half');
      response.socket?.destroySoon();
    });
    expect(await relay.send(notification())).toEqual({ kind: 'unreachable', detail: 'ECONNRESET' });
  });

  test('with an invented status is none', async () => {
    answers.push((response) => response.writeHead(799).end());
    expect(await relay.send(notification())).toEqual({ kind: 'unreachable', detail: 'invalidStatus' });
  });
});

describe('a bot that does not answer', () => {
  test('at all is unreachable', async () => {
    await bot.close();
    expect(await relay.send(notification())).toEqual({ kind: 'unreachable', detail: 'ECONNREFUSED' });
  });

  test('in time is given up, earlier for policy-based recording', async () => {
    for (const { isPolicyRecording, limitMs } of [
      { isPolicyRecording: false, limitMs: 10_000 },
      { isPolicyRecording: true, limitMs: 3_000 },
    ]) {
      const clock = createManualClock(0);
      arrived = Promise.withResolvers();
      let answer: unknown;
      const sent = create({ clock }).send(notification(bytes('{}'), isPolicyRecording));
      sent.then((result) => {
        answer = result;
      });
      await arrived.promise;
      clock.advance(limitMs - 1);
      await new Promise(setImmediate);
      expect(answer).toBeUndefined();
      clock.advance(1);
      expect(await sent).toEqual({ kind: 'timeout' });
    }
  });

  test('in full is given up too', async () => {
    const clock = createManualClock(0);
    answers.push((response) => {
      response.writeHead(200);
      response.write('the first half');
    });
    const sent = create({ clock }).send(notification());
    await arrived.promise;
    clock.advance(10_000);
    expect(await sent).toEqual({ kind: 'timeout' });
  });

  test('over a kept connection that it has closed gets the notification over a new one', async () => {
    answers.push(accept);
    await relay.send(notification());
    // A bot that closes connections just as they are used again.
    let resets = 0;
    answers.push((response) => {
      resets++;
      response.socket?.resetAndDestroy();
    }, accept);
    expect(await relay.send(notification(bytes('{"value":[]}')))).toMatchObject({ kind: 'answered', status: 202 });
    expect(resets).toBe(1);
    expect(seen.map(({ body }) => body.toString())).toEqual(['{}', '{"value":[]}', '{"value":[]}']);
  });

  test('over a new connection is not asked twice', async () => {
    answers.push((response) => response.socket?.resetAndDestroy(), accept);
    expect(await relay.send(notification())).toEqual({ kind: 'unreachable', detail: 'ECONNRESET' });
    expect(seen).toHaveLength(1);
  });
});
