import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import {
  BOT_APP_ID,
  CALLBACK_URI,
  createGraphOnVirtualClock,
  MINUTE_MS,
  onlyEntry,
  START_MS,
  TENANT_ID,
} from './graph-on-virtual-clock.ts';

const UNKNOWN_CALL = '00000000-1111-4222-8333-444444444444';

describe('the 45 minutes', () => {
  test('a call that is kept alive every 15 minutes lives for a day, and its log shows no gap', async () => {
    const { graph, clock, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI, hangUpAfterSeconds: 24 * 3_600 });
    for (let beat = 1; beat < 96; beat += 1) {
      await clock.runFor(15 * MINUTE_MS);
      expect((await keepAlive(callId)).status).toBe(200);
    }
    await clock.runUntilIdle();
    expect(graph.call(callId)).toMatchObject({
      state: 'terminated',
      endedAt: '2026-03-02T08:00:00.000Z',
      resultInfo: { code: 200, subcode: 4521 },
    });
    const beats = graph.keepAliveLog().flatMap((entry) => (entry.kind === 'keepAlive' ? [entry] : []));
    expect(beats.length).toBe(95);
    expect(new Set(beats.map(({ sinceLastSuccessMs }) => sinceLastSuccessMs))).toEqual(new Set([15 * MINUTE_MS]));
  });

  test('a call that is not kept alive ends at 45 minutes, says 408/8537, and is gone for keepAlive', async () => {
    const { graph, clock, received, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runUntil(START_MS + 45 * MINUTE_MS - 1);
    expect(graph.call(callId)?.state).toBe('established');
    await clock.runFor(1);
    expect(graph.call(callId)).toMatchObject({ state: 'terminated', resultInfo: { code: 408, subcode: 8537 } });
    expect(onlyEntry(received.at(-1)?.body ?? '')).toMatchObject({
      changeType: 'deleted',
      resourceData: { state: 'terminated', resultInfo: { code: 408, subcode: 8537 } },
    });
    expect((await keepAlive(callId)).status).toBe(404);
    expect(clock.timerCount).toBe(0);
  });

  test('a refused keepAlive does not count, and the next one is late', async () => {
    const { graph, clock, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    graph.addFault({ operation: 'keepAlive', status: 503, times: 2 });
    for (const expected of [503, 503, 404]) {
      await clock.runFor(15 * MINUTE_MS);
      expect((await keepAlive(callId)).status).toBe(expected);
    }
    expect(graph.call(callId)?.keepAlives.map(({ status, lateSeconds }) => [status, lateSeconds])).toEqual([
      [503, 0],
      [503, 900],
      [404, 1_800],
    ]);
  });

  test('a time scale shrinks them with everything else in the life of the call', async () => {
    const { graph, clock } = createGraphOnVirtualClock({ timeScale: 900 });
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI, establishAfterSeconds: 90 });
    await clock.runFor(100);
    expect(graph.call(callId)?.state).toBe('established');
    await clock.runFor(2_899);
    expect(graph.call(callId)?.state).toBe('established');
    await clock.runFor(1);
    expect(graph.call(callId)?.state).toBe('terminated');
  });

  test('a thousand calls need one timer each, and a keepAlive none', async () => {
    const { graph, clock, keepAlive } = createGraphOnVirtualClock();
    const ids = Array.from({ length: 1_000 }, () => graph.createCall({ callbackUri: CALLBACK_URI }).callId);
    await clock.runFor(30 * MINUTE_MS);
    expect(clock.timerCount).toBe(1_000);
    const after = vi.spyOn(clock, 'after');
    await Promise.all(ids.map(keepAlive));
    expect(after).not.toHaveBeenCalled();
    await clock.runFor(44 * MINUTE_MS);
    expect(graph.calls().every(({ state }) => state === 'established')).toBe(true);
    await clock.runFor(MINUTE_MS);
    expect(graph.calls().every(({ state }) => state === 'terminated')).toBe(true);
  });
});

describe('keepAlive', () => {
  test('answers 200 with no body, a request id, and the id of the client', async () => {
    const { graph, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    const answer = await keepAlive(callId);
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain',
      'request-id': graph.call(callId)?.keepAlives[0]?.requestId,
      'client-request-id': 'my-request',
      date: 'Sun, 01 Mar 2026 08:00:00 GMT',
    });
    expect(answer.headers).toHaveProperty('x-ms-ags-diagnostic');
  });

  test.each(['v1.0/communications', 'beta/communications', 'beta/app', 'v1.0/app', `beta/applications/${BOT_APP_ID}`])(
    'finds the call under /%s/calls, its id in any form',
    async (root) => {
      const { graph, request } = createGraphOnVirtualClock();
      const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
      for (const id of [callId, callId.toUpperCase(), callId.replaceAll('-', '')]) {
        expect((await request('POST', `/${root}/calls/${id}/keepAlive`)).status).toBe(200);
      }
      expect(graph.call(callId)?.keepAlives.length).toBe(3);
    },
  );

  test.each([
    ['no bearer token', UNKNOWN_CALL, 'Basic abc', 401, 'InvalidAuthenticationToken'],
    ['an empty token', UNKNOWN_CALL, 'Bearer ', 401, 'InvalidAuthenticationToken'],
    ['no id', 'not-an-id', 'Bearer x', 400, 'BadRequest'],
    ['an unknown id', UNKNOWN_CALL, 'Bearer x', 404, '8522'],
  ])("refuses %s in Graph's format", async (_what, id, token, status, code) => {
    const { request } = createGraphOnVirtualClock();
    const answer = await request('POST', `/v1.0/communications/calls/${id}/keepAlive`, { token });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: {
        code,
        innerError: {
          date: '2026-03-01T08:00:00',
          'client-request-id': 'my-request',
          'request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
    });
  });

  test('goes wrong as told: for one call only, as often as told, with code and Retry-After', async () => {
    const { graph, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    const other = graph.createCall({ callbackUri: CALLBACK_URI }).callId;
    const fault = { operation: 'keepAlive', callId: callId.toUpperCase() } as const;
    graph.addFault({ ...fault, status: 429, retryAfterSeconds: 7 });
    graph.addFault({ ...fault, status: 403, errorCode: '7505' });
    graph.addFault({ ...fault, reset: true });
    expect((await keepAlive(other)).status).toBe(200);
    expect(await keepAlive(callId)).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(JSON.parse((await keepAlive(callId)).text).error.code).toBe('7505');
    expect((await keepAlive(callId)).status).toBe('reset');
    expect((await keepAlive(callId)).status).toBe(200);
    expect(graph.faults().map(({ struck }) => struck)).toEqual([1, 1, 1]);
    expect(graph.keepAliveLog().flatMap((entry) => (entry.kind === 'keepAlive' ? [entry.status] : []))).toEqual([
      200,
      429,
      403,
      undefined,
      200,
    ]);
  });

  test('is slow as told, or hangs until the end of the simulation', async () => {
    const { graph, clock, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    graph.addFault({ operation: 'keepAlive', delaySeconds: 12 });
    const slow = keepAlive(callId);
    await clock.runFor(11_999);
    expect(graph.call(callId)?.keepAlives).toEqual([]);
    await clock.runFor(1);
    expect((await slow).status).toBe(200);
    graph.addFault({ operation: 'keepAlive', hang: true });
    const hanging = keepAlive(callId);
    await clock.runFor(MINUTE_MS);
    expect(graph.call(callId)?.keepAlives.length).toBe(1);
    graph.stop();
    expect((await hanging).status).toBe('reset');
  });
});

describe('notifications', () => {
  test('arrive in order, signed for the bot, with the headers of the platform', async () => {
    const { graph, clock, received, receivedStates } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runFor(2_000);
    expect(receivedStates()).toEqual(['establishing', 'ringing', 'established']);
    const { url, headers } = received[0] ?? {};
    expect(url).toBe(CALLBACK_URI);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Microsoft-Skype/3.0,(Calling/1.0)',
      'scenario-id': expect.any(String),
      'x-microsoft-skype-chain-id': expect.any(String),
      'x-microsoft-skype-message-id': graph.call(callId)?.notifications[0]?.messageId,
    });
    expect(decodeJwt(headers?.authorization?.replace('Bearer ', '') ?? '')).toMatchObject({
      aud: BOT_APP_ID,
      tid: TENANT_ID,
    });
    expect(graph.call(callId)?.notifications.map(({ state, status }) => [state, status])).toEqual([
      ['establishing', 202],
      ['ringing', 202],
      ['established', 202],
    ]);
  });

  test('carry a token of at least 55 minutes of life, however late they are sent', async () => {
    const { graph, clock, received, keepAlive } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    for (let minute = 4; minute < 120; minute += 4) {
      await clock.runFor(4 * MINUTE_MS);
      await keepAlive(callId);
      await graph.sendNotification({ callId, state: 'established' });
      const { exp } = decodeJwt(received.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '');
      expect((exp ?? 0) * 1_000 - clock.nowMs()).toBeGreaterThanOrEqual(55 * MINUTE_MS);
    }
  });

  test('are signed with the new key as soon as there is one', async () => {
    const { graph, clock, received } = createGraphOnVirtualClock();
    graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runFor(1_000);
    const { kid } = graph.rotateKeys();
    await clock.runFor(1_000);
    const kids = received.map(
      ({ headers }) => decodeProtectedHeader(headers.authorization?.replace('Bearer ', '') ?? '').kid,
    );
    expect(kids.map((one) => one === kid)).toEqual([false, false, true]);
  });

  test('can be lost, doubled, and delayed past the next one', async () => {
    const { graph, clock, received, receivedStates } = createGraphOnVirtualClock();
    graph.addFault({ operation: 'notification', state: 'establishing', delaySeconds: 10 });
    graph.addFault({ operation: 'notification', state: 'ringing', lost: true });
    graph.addFault({ operation: 'notification', state: 'established', doubled: true });
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runFor(10_000);
    expect(receivedStates()).toEqual(['established', 'established', 'establishing']);
    expect(received[0]).toEqual(received[1]);
    expect(graph.call(callId)?.notifications.map(({ state, outcome }) => [state, outcome])).toEqual([
      ['establishing', 'delivered'],
      ['ringing', 'lost'],
      ['established', 'delivered'],
      ['established', 'delivered'],
    ]);
  });

  test('count as failed when the receiver throws, or says nothing for 10 seconds, and the next ones still go out', async () => {
    const answers = [() => Promise.reject(new Error('ECONNREFUSED')), () => new Promise<never>(() => {})];
    const { graph, clock, receivedStates } = createGraphOnVirtualClock({
      deliver: () => answers.shift()?.() ?? Promise.resolve({ status: 503 }),
    });
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runFor(9_000);
    expect(receivedStates()).toEqual(['establishing', 'ringing']);
    await clock.runFor(2_000);
    expect(graph.call(callId)?.notifications).toMatchObject([
      { state: 'establishing', outcome: 'failed', error: 'ECONNREFUSED' },
      { state: 'ringing', outcome: 'failed', error: 'no answer within 10000 ms' },
      { state: 'established', outcome: 'delivered', status: 503 },
    ]);
  });

  test('can be sent by hand: a state again with its result, or any body as it is', async () => {
    const { graph, clock, received } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ callbackUri: CALLBACK_URI });
    await clock.runFor(2_000);
    graph.hangUp(callId);
    await clock.runFor(0);
    const terminated = received.at(-1);
    await graph.sendNotification({ callId, state: 'terminated' });
    expect(received.at(-1)?.body).toBe(terminated?.body);
    expect(await graph.sendNotification({ callId, body: '{"value": [] }' })).toMatchObject({ status: 202 });
    expect(received.at(-1)?.body).toBe('{"value": [] }');
  });
});

describe('incoming calls', () => {
  test('are established once answered, and go on at the callbackUri of the answer', async () => {
    const { graph, clock, received, receivedStates, request } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ direction: 'incoming', kind: 'meeting', callbackUri: CALLBACK_URI });
    await clock.runFor(1_000);
    const callbackUri = `${CALLBACK_URI}?code=secret`;
    const answer = await request('POST', `/v1.0/communications/calls/${callId}/answer`, { body: { callbackUri } });
    expect(answer.status).toBe(202);
    await clock.runFor(30_000);
    expect(receivedStates()).toEqual(['incoming', 'establishing', 'established']);
    expect(received.map(({ url }) => url)).toEqual([CALLBACK_URI, callbackUri, callbackUri]);
    expect(JSON.stringify(graph.calls())).not.toContain('secret');
    expect(onlyEntry(received[2]?.body ?? '')).toMatchObject({ resourceData: { chatInfo: {}, meetingInfo: {} } });
    expect((await request('POST', `/v1.0/communications/calls/${callId}/answer`)).status).toBe(400);
  });

  test('end when nobody answers', async () => {
    const { graph, clock } = createGraphOnVirtualClock();
    const { callId } = graph.createCall({ direction: 'incoming', callbackUri: CALLBACK_URI });
    await clock.runFor(15_000);
    expect(graph.call(callId)).toMatchObject({ state: 'terminated', resultInfo: { code: 408, subcode: 10057 } });
  });
});

test('the same numbers give the same simulation, token and notification for token and notification', async () => {
  const run = async () => {
    const { graph, clock, received } = createGraphOnVirtualClock();
    graph.createCall({ callbackUri: CALLBACK_URI, hangUpAfterSeconds: 60 });
    graph.createCall({ callbackUri: CALLBACK_URI, kind: 'meeting' });
    await clock.runUntilIdle();
    return { received, log: graph.keepAliveLog() };
  };
  const first = await run();
  expect(first.received.length).toBe(7);
  expect(await run()).toEqual(first);
});

test('nothing fires after stop', async () => {
  const { graph, clock, receivedStates } = createGraphOnVirtualClock();
  graph.createCall({ callbackUri: CALLBACK_URI });
  await clock.runFor(0);
  graph.stop();
  expect(clock.timerCount).toBe(0);
  await clock.runFor(60 * MINUTE_MS);
  expect(receivedStates()).toEqual(['establishing']);
});
