import { describe, expect, test, vi } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import type { OPENAPI_DOCUMENT } from '../../src/functions/openapi-document.ts';
import { apiAnswerProblems } from '../support/api-answer.ts';
import {
  type HttpAnswer,
  MINUTE_MS,
  SECOND_MS,
  startVirtualWorld,
  type VirtualWorld,
} from '../support/virtual-world.ts';

const UNKNOWN_CALL = '11111111-2222-4333-8444-555555555555';
type ApiPath = keyof typeof OPENAPI_DOCUMENT.paths;

/** Asks the API, and holds each answer against the API's description. */
async function ask(
  world: VirtualWorld,
  method: 'get' | 'put' | 'post' | 'delete',
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer & { readonly json: PlainObject }> {
  const answer = await world.request(method.toUpperCase(), `/api${path}`, { headers });
  const documented = path.replace(/\?.*$/, '').replace(/^\/calls\/[^/]+/, '/calls/{callId}') as ApiPath;
  expect(apiAnswerProblems(documented, method, answer), `${method} ${path}`).toEqual([]);
  expect(answer.headers['cache-control'], `${method} ${path}`).toBe('no-store');
  return { ...answer, json: isPlainObject(answer.body) ? answer.body : {} };
}

function rowsOf(list: PlainObject): readonly PlainObject[] {
  return Array.isArray(list.value) ? list.value : [];
}

/** Tells the app a call's subject, as Graph does for some calls. */
function subjectNotification(callId: string, subject: string): object {
  const resourceData = { '@odata.type': '#microsoft.graph.call', state: 'established', subject };
  return { value: [{ changeType: 'updated', resource: `/app/calls/${callId}`, resourceData }] };
}

describe('GET /api/calls', () => {
  test('shows the most endangered call first, each with its state, its danger and the reason', async () => {
    const world = await startVirtualWorld();
    const well = await world.startCall();
    const failing = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId: failing, times: 'always', status: 503 });
    await world.clock.runFor(20 * MINUTE_MS - SECOND_MS);
    await world.startCall({ establishAfterSeconds: 60 });
    await world.clock.runFor(SECOND_MS);
    const { status, json } = await ask(world, 'get', '/calls');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      asOf: '2026-03-02T08:20:00.000Z',
      maximumGapSeconds: 2_700,
      counters: { open: 3, late: 0, failing: 1, overdue: 0 },
      matched: 3,
    });
    expect(json).not.toHaveProperty('continuationToken');
    expect(rowsOf(json)).toMatchObject([
      {
        callId: failing,
        state: 'retrying',
        danger: 'failing',
        why: expect.stringMatching(
          /^No success for 20 min: Graph answers 503 ServiceUnavailable; next try in \d+ s; drops at 08:45 UTC\.$/,
        ),
        deadlineAt: '2026-03-02T08:45:00.000Z',
        marginSeconds: 1_500,
        keepAlives: 0,
      },
      {
        callId: well,
        state: 'waiting',
        danger: 'none',
        why: 'Kept alive 5 min ago; next keepAlive in 10 min.',
        lastKeepAliveAt: '2026-03-02T08:15:00.000Z',
        nextKeepAliveAt: '2026-03-02T08:30:00.000Z',
        marginSeconds: 2_400,
        keepAlives: 1,
      },
      { state: 'observed', danger: 'none', why: expect.stringMatching(/^Not established/) },
    ]);
  });

  test('shows a call past its deadline as overdue', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId, times: 'always', reset: true });
    world.graph.addFault({ operation: 'notification', callId, state: 'terminated', lost: true, times: 'always' });
    await world.clock.runFor(50 * MINUTE_MS);
    const { json } = await ask(world, 'get', '/calls');
    expect(rowsOf(json)).toMatchObject([
      {
        callId,
        state: 'overdue',
        danger: 'overdue',
        marginSeconds: -300,
        why: expect.stringMatching(
          /^No success for 50 min: Graph cannot be reached .*may have dropped it at 08:45 UTC\.$/,
        ),
      },
    ]);
    expect(json.counters).toMatchObject({ overdue: 1, failing: 0 });
  });

  test('leaves ended calls out until they are asked for, and shows the latest end first', async () => {
    const world = await startVirtualWorld();
    const first = await world.startCall();
    const second = await world.startCall();
    const open = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    world.graph.hangUp(first);
    await world.clock.runFor(MINUTE_MS);
    world.graph.hangUp(second);
    await world.clock.runFor(MINUTE_MS);
    const { json } = await ask(world, 'get', '/calls');
    expect(rowsOf(json).map(({ callId }) => callId)).toEqual([open]);
    expect(json.counters).toEqual({ open: 1, late: 0, failing: 0, overdue: 0, lost: 0 });
    const all = await ask(world, 'get', '/calls?include=ended');
    expect(rowsOf(all.json)).toMatchObject([
      { callId: open },
      { callId: second, state: 'ended', endReason: 'terminated', why: expect.stringMatching(/^Ended 60 s ago: /) },
      { callId: first, state: 'ended', endedAt: '2026-03-02T08:01:00.000Z' },
    ]);
    expect(all.json.counters).toMatchObject({ open: 1, ended: 2 });
    const ended = await ask(world, 'get', '/calls?state=ended');
    expect(rowsOf(ended.json).map(({ callId }) => callId)).toEqual([second, first]);
  });

  test('gives every call on exactly one page', async () => {
    const world = await startVirtualWorld();
    for (let number = 0; number < 7; number++) {
      await world.startCall();
      await world.clock.runFor(SECOND_MS);
    }
    const seen: unknown[] = [];
    let token = '';
    for (let pages = 0; pages < 10; pages++) {
      const { json } = await ask(world, 'get', `/calls?top=3${token === '' ? '' : `&continuationToken=${token}`}`);
      expect(json.matched).toBe(7);
      seen.push(...rowsOf(json).map(({ callId }) => callId));
      token = String(json.continuationToken ?? '');
      if (token === '') break;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  test('finds calls by tenant, state, danger and text', async () => {
    const world = await startVirtualWorld();
    const help = await world.startCall({ kind: 'p2p' });
    await world.startCall({ kind: 'meeting' });
    await world.clock.runFor(MINUTE_MS);
    await world.notify(subjectNotification(help, 'Help line'));
    const found = async (query: string) =>
      rowsOf((await ask(world, 'get', `/calls?${query}`)).json).map(({ callId }) => callId);
    expect(await found('text=HELP')).toEqual([help]);
    expect(await found(`text=${help.replaceAll('-', '').slice(0, 12).toUpperCase()}`)).toEqual([help]);
    expect(await found('state=retrying,overdue')).toEqual([]);
    expect(await found('state=waiting')).toHaveLength(2);
    expect(await found('danger=none')).toHaveLength(2);
    expect(await found('danger=failing,late')).toEqual([]);
    expect(await found('tenant=B7C1D2E3-1a2b-4c3d-8e4f-5a6b7c8d9e0f')).toHaveLength(2);
    expect(await found('tenant=00000000-1a2b-4c3d-8e4f-5a6b7c8d9e0f')).toEqual([]);
  });

  test.each(['state=asleep', 'danger=great', 'top=0', 'top=1001', 'top=x', 'include=all', 'continuationToken=2_x'])(
    'refuses the query %s',
    async (query) => {
      const world = await startVirtualWorld();
      const { status, headers } = await ask(world, 'get', `/calls?${query}`);
      expect(status).toBe(400);
      expect(headers['content-type']).toBe('application/problem+json');
    },
  );

  test('reads the table once in 10 seconds, and answers 304 to who has the answer', async () => {
    let lists = 0;
    const store = createMemoryCallStore({
      before: (operation) => {
        if (operation === 'list') lists++;
      },
    });
    const world = await startVirtualWorld({ store });
    await world.startCall();
    const first = await ask(world, 'get', '/calls');
    const etag = first.headers.etag ?? '';
    await world.clock.runFor(9 * SECOND_MS);
    const same = await ask(world, 'get', '/calls', { 'if-none-match': `W/${etag}` });
    expect(same).toMatchObject({ status: 304, body: undefined });
    expect(lists).toBe(1);
    await world.clock.runFor(SECOND_MS);
    const later = await ask(world, 'get', '/calls', { 'if-none-match': etag });
    expect(later.status).toBe(200);
    expect(lists).toBe(2);
  });

  test('answers 503 while the table does not, and 200 as soon as it does', async () => {
    let isDown = true;
    const store = createMemoryCallStore({
      before: (operation) => {
        if (isDown && operation === 'list') throw new CallStoreError('list', '503');
      },
    });
    const world = await startVirtualWorld({ store });
    const down = await ask(world, 'get', '/calls');
    expect(down.status).toBe(503);
    expect(down.headers['retry-after']).toBe('5');
    isDown = false;
    expect((await ask(world, 'get', '/calls')).status).toBe(200);
  });
});

describe('GET /api/calls/{callId}', () => {
  test('tells the life of a call in order, and why it is as it is', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId, times: 1, status: 429, retryAfterSeconds: 30 });
    await world.clock.runFor(20 * MINUTE_MS);
    const { json } = await ask(world, 'get', `/calls/${callId}`);
    expect(json).toMatchObject({
      callId,
      why: 'Kept alive 4 min ago; next keepAlive in 10 min.',
      row: { state: 'waiting', keepAlives: 1 },
      record: { phase: 'active' },
      instance: { runtimeStatus: 'Running' },
    });
    expect(json.timeline).toMatchObject([
      { kind: 'firstSeen', at: '2026-03-02T08:00:00.000Z' },
      { kind: 'established', at: expect.stringMatching(/^2026-03-02T08:00:0/) },
      { kind: 'keepAlive', at: '2026-03-02T08:15:00.000Z', result: expect.stringContaining('http 429') },
      { kind: 'keepAlive', at: '2026-03-02T08:15:31.000Z', result: 'alive' },
    ]);
    world.graph.hangUp(callId);
    await world.clock.runFor(SECOND_MS);
    const ended = await ask(world, 'get', `/calls/${callId}`);
    expect(ended.json).toMatchObject({
      row: { state: 'ended', danger: 'none' },
      instance: { runtimeStatus: 'Completed' },
    });
    expect(ended.json.timeline).toMatchObject([
      {},
      {},
      {},
      {},
      { kind: 'ended', result: 'terminated' },
      { kind: 'cleanedUp' },
    ]);
  });

  test('answers 404 for a call that is unknown, 400 for what is no call id', async () => {
    const world = await startVirtualWorld();
    expect((await ask(world, 'get', `/calls/${UNKNOWN_CALL}`)).status).toBe(404);
    expect((await ask(world, 'get', '/calls/hello')).status).toBe(400);
  });
});

describe('POST /api/calls/{callId}/keepAlive', () => {
  test('sends one keepAlive at once, tells what Graph answered, and changes no schedule', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(7 * MINUTE_MS);
    const { status, json } = await ask(world, 'post', `/calls/${callId}/keepAlive`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      callId,
      ok: true,
      outcome: 'alive',
      graph: {
        status: 200,
        requestId: expect.any(String),
        clientRequestId: expect.any(String),
        date: expect.any(String),
      },
    });
    await world.clock.runFor(10 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual([
      { minute: 7, status: 200 },
      { minute: 15, status: 200 },
    ]);
    expect(world.countEvents('keepAlive.succeeded', callId)).toBe(2);
  });

  test('hands the ids of the caller on to Graph, and no other header', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    const asked = vi.spyOn(world.graph, 'handle');
    const ids = { 'client-request-id': 'my-request', 'scenario-id': 'my-scenario' };
    await ask(world, 'post', `/calls/${callId}/keepAlive`, { ...ids, cookie: 'a=b' });
    expect(asked.mock.calls.map(([{ headers }]) => headers)).toEqual([
      { ...ids, accept: 'application/json', authorization: expect.stringMatching(/^Bearer /) },
    ]);
    const refused = await ask(world, 'post', `/calls/${callId}/keepAlive`, { 'client-request-id': 'a b' });
    expect(refused.status).toBe(400);
    expect(world.keepAlives(callId)).toHaveLength(1);
  });

  test('says what it would send when that is all that is asked, and sends nothing', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    const { status, json } = await ask(world, 'post', `/calls/${callId}/keepAlive?dryRun=true`);
    expect(status).toBe(200);
    expect(json).toEqual({
      callId,
      dryRun: true,
      method: 'POST',
      url: `https://graph.microsoft.com/v1.0/communications/calls/${callId}/keepAlive`,
      tenantId: 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f',
      audience: 'https://graph.microsoft.com',
    });
    expect(world.keepAlives(callId)).toEqual([]);
    expect((await ask(world, 'post', `/calls/${callId}/keepAlive?dryRun=yes`)).status).toBe(400);
  });

  test('ends a call that Graph knows no more, as its notification would have', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    world.graph.addFault({ operation: 'notification', callId, state: 'terminated', lost: true });
    world.graph.hangUp(callId);
    const { status, json } = await ask(world, 'post', `/calls/${callId}/keepAlive`);
    expect(status).toBe(404);
    expect(json).toMatchObject({ ok: false, outcome: 'gone', graph: { status: 404, errorCode: '8522' } });
    await world.clock.runFor(SECOND_MS);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { endReason: 'notFound' } });
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'ended', endReason: 'notFound' });
  });

  test('asks Graph for a call that is unknown here, and remembers nothing of it', async () => {
    const world = await startVirtualWorld();
    const { status, json } = await ask(world, 'post', `/calls/${UNKNOWN_CALL}/keepAlive`);
    expect(status).toBe(404);
    expect(json).toMatchObject({ ok: false, outcome: 'gone' });
    expect((await ask(world, 'get', `/calls/${UNKNOWN_CALL}`)).status).toBe(404);
    expect((await ask(world, 'post', '/calls/hello/keepAlive')).status).toBe(400);
  });

  test('does not end a call that is not established yet, whatever Graph answers', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall({ establishAfterSeconds: 5 * 60 });
    world.graph.addFault({ operation: 'keepAlive', callId, times: 1, status: 404, errorCode: '8522' });
    await world.clock.runFor(MINUTE_MS);
    expect((await ask(world, 'post', `/calls/${callId}/keepAlive`)).status).toBe(404);
    await world.clock.runFor(120 * MINUTE_MS);
    expect(world.graph.call(callId)).toMatchObject({ state: 'established' });
  });

  test.each([
    { fault: { status: 503, retryAfterSeconds: 20 }, status: 503, outcome: 'retry', retryAfter: '20' },
    { fault: { status: 429, retryAfterSeconds: 7 }, status: 503, outcome: 'retry', retryAfter: '7' },
    { fault: { status: 500 }, status: 502, outcome: 'retry', retryAfter: undefined },
    { fault: { status: 504 }, status: 504, outcome: 'retry', retryAfter: undefined },
    { fault: { status: 403, errorCode: '7504' }, status: 502, outcome: 'denied', retryAfter: undefined },
    { fault: { status: 404, errorCode: 'NotFound' }, status: 502, outcome: 'unclear', retryAfter: undefined },
    { fault: { reset: true as const }, status: 502, outcome: 'retry', retryAfter: undefined },
    { fault: { hang: true as const }, status: 504, outcome: 'retry', retryAfter: undefined },
  ])('answers $status when Graph does $fault', async ({ fault, status, outcome, retryAfter }) => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    world.graph.addFault({ operation: 'keepAlive', callId, ...fault });
    const asked = ask(world, 'post', `/calls/${callId}/keepAlive`);
    if ('hang' in fault) await world.clock.runFor(10 * SECOND_MS);
    const answer = await asked;
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ok: false, outcome, detail: expect.stringMatching(/^[A-Z].*\./) });
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });
  });
});

test('a call that an operator stops is gone from the next list', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  expect(rowsOf((await ask(world, 'get', '/calls')).json)).toHaveLength(1);
  expect((await ask(world, 'delete', `/calls/${callId}`)).status).toBe(202);
  expect(rowsOf((await ask(world, 'get', '/calls')).json)).toEqual([]);
});
