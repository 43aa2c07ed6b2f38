import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from '../adapters/loopback-server.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { createHostClient, type HostClient } from './host-client.ts';

// A real bot behind the built app on the local host. The bot may take a second, for policy-based recording too.
let bot: LoopbackServer;
let host: SpawnedHost;
let client: HostClient;
let seen: Buffer[] = [];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  await buildOnce();
  bot = await startLoopbackServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(Buffer.concat(chunks));
      answer(response);
    });
  });
  const budgets = { RELAY_TIMEOUT_SECONDS: '1', RELAY_POLICY_TIMEOUT_SECONDS: '1' };
  host = await startSpawnedHost(['--no-demo', '--relay', `${bot.url}/api/calls`, '--speed', '180'], {
    ...budgets,
    ...hostStorage('relay'),
  });
  client = createHostClient(host);
}, START_TIMEOUT_MS);

afterAll(async () => {
  await host.stop();
  await bot.close();
});

beforeEach(() => {
  seen = [];
  answer = (response) => response.writeHead(202).end();
});

const established = (callId: string) =>
  `{ "value" :\t[ {"changeType":"updated",\r\n"resource":"/app/calls/${callId}","resourceData":{"state":"established","subject":"Grüße 🎧 \\u00e9"}} ] }\n`;

describe('with a relay', () => {
  test('the bot gets the body byte for byte, odd whitespace and UTF-8 included', async () => {
    const body = established(randomUUID());
    expect((await client.notify(body)).status).toBe(202);
    expect(seen).toEqual([Buffer.from(body)]);
  });

  test("a joining participant is answered by the bot's own words", async () => {
    const words = '{"@odata.type":"#microsoft.graph.acceptJoinResponse"}';
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(words);
    const joining = readFileSync(resolve(import.meta.dirname, '../fixtures/notifications/participant-joining.json'));
    const answered = await client.notify(joining.toString());
    expect([answered.status, answered.body]).toEqual([200, JSON.parse(words)]);
  });

  test("the bot's redirect to another region reaches Graph and is not followed", async () => {
    answer = (response) => response.writeHead(302, { location: 'https://bot.example/emea' }).end();
    const token = await client.signToken();
    const answered = await fetch(`${host.origin}/api/notifications`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: established(randomUUID()),
    });
    expect([answered.status, answered.headers.get('location')]).toEqual([302, 'https://bot.example/emea']);
  });

  test('a bot that hangs holds up no notification for longer than its budget, and no call is lost for it', async () => {
    answer = () => {};
    const callIds = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(callIds.map((callId) => client.begin(callId)));
    const answers = await Promise.all(callIds.map((callId) => client.notify(established(callId))));
    expect(answers.map(({ status }) => status)).toEqual(callIds.map(() => 202));
    for (const callId of callIds)
      expect((await client.getCall(callId)).body).toMatchObject({ record: { phase: 'active' } });
  });

  test('a bot that is down costs a call nothing: it is kept alive', async () => {
    answer = (response) => response.socket?.destroy();
    const callbackUri = `${host.origin}/api/notifications`;
    const { body } = await client.control('POST', 'calls', { callbackUri });
    const { callId } = Object(body);
    await eventually(async () => {
      const call = Object((await client.control('GET', `calls/${callId}`)).body);
      expect(call.keepAlives).toEqual(expect.arrayContaining([expect.objectContaining({ status: 200 })]));
    });
  });
});
