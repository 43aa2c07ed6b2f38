import { HttpRequest, HttpResponse, InvocationContext } from '@azure/functions';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import { type CallInstance, DurableCallsError } from '../../src/adapters/durable-calls.ts';
import type { KeepAliveTarget } from '../../src/adapters/graph-calls.ts';
import type { KeepAliveNowEffects } from '../../src/calls/keep-alive-now.ts';
import { startCall } from '../../src/calls/start-call.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { cleanUpCall } from '../../src/core/call-record/call-record.ts';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import type { GraphAnswered } from '../../src/core/graph-answers/graph-answer.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { nextStep } from '../../src/core/keepalive/keepalive-machine.ts';
import { type CallEnded, deadlineMs, type KeepaliveState } from '../../src/core/keepalive/keepalive-state.ts';
import { orUnavailable } from '../../src/functions/or-unavailable.ts';
import { registerCall } from '../../src/functions/register-call.ts';
import { stopCall } from '../../src/functions/stop-call.ts';
import { createManualClock, type ManualClock } from '../adapters/manual-clock.ts';

const tenantId = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
const botAppId = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const startMs = Date.UTC(2026, 2, 1, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let clock: ManualClock;
let store: CallStore;
let started: KeepaliveState[];
let raised: CallEnded[];
let instance: CallInstance | undefined;
let events: AppEvent[];
let graphSays: Pick<GraphAnswered, 'status' | 'errorCode'>;
let asked: KeepAliveTarget[];
let whileAsked: (() => Promise<void>) | undefined;
let tellStatus: (() => Promise<never>) | undefined;
let maximumCallHours: number | undefined;
let startInstance: (() => Promise<never>) | undefined;

beforeEach(() => {
  clock = createManualClock(startMs);
  store = createMemoryCallStore();
  started = [];
  raised = [];
  instance = undefined;
  events = [];
  graphSays = { status: 200 };
  asked = [];
  whileAsked = undefined;
  tellStatus = undefined;
  startInstance = undefined;
  maximumCallHours = undefined;
});

const showInstance = (runtimeStatus: string, customStatus: unknown = null) => {
  const now = new Date(clock.nowMs()).toISOString();
  instance = {
    instanceId: `call-${callId}`,
    runtimeStatus,
    createdTime: now,
    lastUpdatedTime: now,
    customStatus,
    output: null,
  };
};

const effects = (): KeepAliveNowEffects => ({
  store,
  durable: {
    start: async (_callId, input) => {
      await startInstance?.();
      if (instance?.runtimeStatus === 'Running') return 'running';
      started.push(input);
      showInstance('Running');
      return 'started';
    },
    raiseCallEnded: async (_callId, ended) => {
      raised.push(ended);
    },
    status: async () => (tellStatus === undefined ? instance : tellStatus()),
  },
  graph: {
    keepAlive: async (target) => {
      asked.push(target);
      await whileAsked?.();
      const facts = { clientRequestId: 'a', tenantId: target.tenantId ?? '', sentAtMs: clock.nowMs(), durationMs: 1 };
      return { kind: 'answered', ...graphSays, ...facts };
    },
    listParticipants: () => expect.unreachable(),
    hangUp: () => expect.unreachable(),
    describeKeepAlive: () => expect.unreachable(),
  },
  heartbeats: {
    record: () => expect.unreachable(),
    lastSuccessMs: () => expect.unreachable(),
    namedTenantId: () => expect.unreachable(),
  },
  clock,
  log: (event) => events.push(event),
  limits: toKeepaliveLimits({ intervalMs: 15 * MINUTE_MS, timeScale: 1, maximumCallHours }),
  homeTenantId: tenantId,
});

const context = new InvocationContext({ functionName: 'registerCall' });
const dependencies = { botAppId, allowedTenantIds: [tenantId], effectsOf: effects };

async function send(method: 'PUT' | 'DELETE', body?: unknown, id: string = callId, query = '') {
  const handler = orUnavailable(method === 'PUT' ? registerCall(dependencies) : stopCall(dependencies));
  const request = new HttpRequest({
    method,
    url: `https://keepalive.example/api/calls/${id}${query}`,
    params: { callId: id },
    body: { string: typeof body === 'string' ? body : JSON.stringify(body ?? '') },
  });
  const init = await handler(request, context);
  const answer = init instanceof HttpResponse ? init : new HttpResponse(init);
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: JSON.parse(await answer.text()) };
}
const put = (body: unknown = { tenantId }, id?: string) => send('PUT', body, id);
const remove = (id?: string, query?: string) => send('DELETE', undefined, id, query);

const record = async () => (await store.read(callId))?.record;
const at = (ms: number) => new Date(startMs + ms).toISOString();

async function endRecord(ended: CallEnded) {
  const stored = await store.read(callId);
  const seen = { callId, graphCallId: callId, appId: botAppId, facts: {} };
  const closed = cleanUpCall(stored?.record, seen, ended, { keepAlives: 4 }, clock.nowMs());
  if (closed === undefined) throw new Error('nothing to close');
  if (stored === undefined) await store.insert(closed);
  else await store.replace(closed, stored.etag);
}

describe('registering a call', () => {
  test('keeps it alive at once, and from then on', async () => {
    const answer = await put();
    expect(answer).toMatchObject({ status: 202, body: { callId, record: { phase: 'starting', facts: { tenantId } } } });
    expect(asked).toMatchObject([{ graphCallId: callId, tenantId }]);
    expect(started).toMatchObject([
      {
        callId,
        tenantId,
        firstSeenAtMs: startMs,
        lastKeepAliveAtMs: startMs,
        nextKeepAliveAtMs: startMs + 15 * MINUTE_MS,
      },
    ]);
    const facts = { phase: 'active', firstSeenAtMs: startMs, establishedAtMs: startMs };
    expect(await record()).toMatchObject({ ...facts, lastKeepAliveAtMs: startMs, otherKeepAlives: 1 });
    expect(events).toMatchObject([
      { event: 'keepAlive.succeeded', callId, by: 'operator' },
      { event: 'call.registered', callId, outcome: 'started' },
    ]);
  });

  test('is refused when Graph does not know the call, and says that it is not kept alive', async () => {
    graphSays = { status: 404, errorCode: '8522' };
    const refusal = {
      status: 404,
      body: { detail: expect.stringMatching(/^Graph does not know call .*not kept alive/) },
    };
    expect(await put()).toMatchObject(refusal);
    expect(started).toEqual([]);
    expect(await record()).toBeUndefined();
  });

  test('closes the record of a call that nobody keeps alive and Graph does not know', async () => {
    await put();
    showInstance('Failed');
    graphSays = { status: 404, errorCode: '8522' };
    expect((await put()).status).toBe(404);
    expect(await record()).toMatchObject({ phase: 'ended', endReason: 'notFound' });
    expect((await put()).status).toBe(404);
    expect(started).toHaveLength(1);
  });

  test('leaves a call alone that was only seen: Graph may not know it before it is established', async () => {
    const seen = { callId, graphCallId: callId, appId: botAppId, facts: {} };
    await store.insert({ ...seen, phase: 'observed', firstSeenAtMs: startMs });
    graphSays = { status: 404, errorCode: '8522' };
    expect((await put()).status).toBe(404);
    expect(await record()).toMatchObject({ phase: 'observed' });
  });

  test.each([
    ['refuses', { status: 403, errorCode: '7504' }],
    ['fails', { status: 503 }],
    ['answers 404 without naming the call', { status: 404 }],
  ])('goes on when Graph %s: the next keepAlive is due at once', async (_, says) => {
    graphSays = says;
    expect((await put()).status).toBe(202);
    expect(started).toMatchObject([{ firstSeenAtMs: startMs, nextKeepAliveAtMs: startMs }]);
    expect(started.map((state) => nextStep(state, startMs))).toEqual([{ kind: 'keepAlive' }]);
  });

  test('counts the 45 minutes from the start that is told, unless Graph has taken a keepAlive', async () => {
    const startedAt = '2026-03-01T12:55:00+01:00';
    graphSays = { status: 503 };
    await put({ tenantId, startedAt });
    expect(started).toMatchObject([
      { firstSeenAtMs: startMs - 5 * MINUTE_MS, nextKeepAliveAtMs: startMs + 10 * MINUTE_MS },
    ]);
    expect(started.map(deadlineMs)).toEqual([startMs + 40 * MINUTE_MS]);
    graphSays = { status: 200 };
    instance = undefined;
    await put({ tenantId, startedAt });
    expect(started.map(deadlineMs)).toEqual([startMs + 40 * MINUTE_MS, startMs + 45 * MINUTE_MS]);
  });

  test('leaves the first keepAlive to the orchestration, at once, when it is overdue and Graph fails', async () => {
    graphSays = { status: 503 };
    await put({ tenantId, startedAt: at(-40 * MINUTE_MS) });
    expect(started).toMatchObject([{ firstSeenAtMs: startMs - 40 * MINUTE_MS, nextKeepAliveAtMs: startMs }]);
  });

  test('is due before the deadline of a call that was seen before it started as told', async () => {
    const seen = { callId, graphCallId: callId, appId: botAppId, facts: {} };
    await store.insert({ ...seen, phase: 'observed', firstSeenAtMs: startMs - 38 * MINUTE_MS });
    graphSays = { status: 503 };
    await put({ tenantId, startedAt: at(0) });
    expect(started).toMatchObject([{ firstSeenAtMs: startMs - 38 * MINUTE_MS, nextKeepAliveAtMs: startMs }]);
  });

  test('has 45 minutes when they are over by what is told: others had it so far; its start stays known', async () => {
    graphSays = { status: 503 };
    await put({ tenantId, startedAt: at(-45 * MINUTE_MS) });
    expect(started).toMatchObject([{ nextKeepAliveAtMs: startMs }]);
    expect(started.map(deadlineMs)).toEqual([startMs + 45 * MINUTE_MS]);
    expect(await record()).toMatchObject({ phase: 'active', firstSeenAtMs: startMs - 45 * MINUTE_MS });
    clock.advance(3 * HOUR_MS);
    instance = undefined;
    await put();
    expect(started.slice(1).map(deadlineMs)).toEqual([clock.nowMs() + 45 * MINUTE_MS]);
  });

  test('is not given more time than its last success leaves', async () => {
    await put();
    clock.advance(44 * MINUTE_MS);
    instance = undefined;
    graphSays = { status: 503 };
    await put();
    expect(started.map(deadlineMs)).toEqual([startMs, startMs].map((ms) => ms + 45 * MINUTE_MS));
  });

  test('calls Graph with the id as given', async () => {
    const given = callId.replaceAll('-', '').toUpperCase();
    await put(undefined, given);
    expect(asked).toMatchObject([{ graphCallId: given, tenantId }]);
    expect(started).toMatchObject([{ callId, graphCallId: given }]);
  });

  test('remembers what a rejoin needs, from a join URL or as Graph tells it', async () => {
    const context = encodeURIComponent(JSON.stringify({ Tid: tenantId, Oid: botAppId }));
    await put({
      tenantId,
      joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting_SW%40thread.v2/0?context=${context}`,
    });
    const chatInfo = { threadId: '19:meeting_SW@thread.v2', messageId: '0' };
    const organizer = { user: { id: botAppId, tenantId } };
    const meetingInfo = { '@odata.type': '#microsoft.graph.organizerMeetingInfo', organizer };
    expect((await record())?.facts).toEqual({ tenantId, chatInfo, meetingInfo });
    store = createMemoryCallStore();
    await put({ tenantId, chatInfo, meetingInfo: { ...meetingInfo, token: 'INVENTED-JOIN-TOKEN' } });
    expect((await record())?.facts).toEqual({ tenantId, chatInfo, meetingInfo });
  });

  test('understands a short join link, which is a meeting id and its passcode', async () => {
    await put({ tenantId, joinUrl: 'https://teams.microsoft.com/meet/2414128301281?p=INVENTEDpass' });
    const type = { '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo' };
    const meetingInfo = { ...type, joinMeetingId: '2414128301281', passcode: 'INVENTEDpass' };
    expect((await record())?.facts).toEqual({ tenantId, meetingInfo });
  });

  test('changes nothing when it is kept alive already', async () => {
    await put();
    clock.advance(MINUTE_MS);
    expect(await put()).toMatchObject({ status: 200, body: { record: { phase: 'active', firstSeenAt: at(0) } } });
    expect([started, asked].map(({ length }) => length)).toEqual([1, 1]);
    await startCall(effects(), { callId, graphCallId: callId, appId: botAppId, facts: {} });
    expect(started).toHaveLength(1);
  });

  test('leaves the run of somebody who registered it while Graph was asked', async () => {
    whileAsked = async () => {
      whileAsked = undefined;
      clock.advance(1_000);
      await put();
      clock.advance(5_000);
    };
    expect((await put()).status).toBe(200);
    expect(started).toHaveLength(1);
    expect(await record()).toMatchObject({ phase: 'active', establishedAtMs: startMs + 1_000 });
  });

  test('leaves the run that began while record and instance were read', async () => {
    await put();
    await endRecord({ reason: 'stopped' });
    showInstance('Completed');
    clock.advance(HOUR_MS);
    const { read } = store;
    store.read = async (id) => {
      store.read = read;
      await put();
      clock.advance(1_000);
      return read(id);
    };
    expect((await put()).status).toBe(200);
    expect(started).toHaveLength(2);
    expect((await record())?.establishedAtMs).toBe(started[1]?.establishedAtMs);
  });

  test('starts what somebody else is about to start as that run', async () => {
    const seen = { callId, graphCallId: callId, appId: botAppId, facts: {} };
    const dying = { ...effects(), durable: { ...effects().durable, start: () => Promise.reject(new Error('killed')) } };
    await expect(startCall(dying, seen)).rejects.toThrow('killed');
    clock.advance(1_000);
    expect((await put()).status).toBe(202);
    expect(started).toMatchObject([{ establishedAtMs: startMs }]);
    expect(await record()).toMatchObject({ phase: 'active', establishedAtMs: startMs });
  });

  test('finds an orchestration whose record is missing', async () => {
    showInstance('Running');
    expect((await put()).status).toBe(200);
    expect(started).toHaveLength(0);
    expect((await record())?.phase).toBe('active');
  });

  test('starts again when the orchestration is gone, however old the call; its first sight stays', async () => {
    await put();
    clock.advance(30 * HOUR_MS);
    showInstance('Terminated');
    expect((await put()).status).toBe(202);
    expect(started[1]).toMatchObject({ firstSeenAtMs: startMs });
    expect(started[1]).toMatchObject({ lastKeepAliveAtMs: clock.nowMs() });
  });

  test.each(['notFound', 'stopped', 'expired'] as const)('reopens a call that ended as %s', async (reason) => {
    await put();
    await endRecord({ reason, terminationReason: 'old' });
    showInstance('Completed');
    clock.advance(HOUR_MS);
    expect((await put()).status).toBe(202);
    expect(started).toHaveLength(2);
    expect(await record()).toEqual({
      callId,
      graphCallId: callId,
      appId: botAppId,
      phase: 'active',
      firstSeenAtMs: startMs + HOUR_MS,
      establishedAtMs: startMs + HOUR_MS,
      lastKeepAliveAtMs: startMs + HOUR_MS,
      otherKeepAlives: 1,
      reopenedAtMs: startMs + HOUR_MS,
      facts: { tenantId },
    });
    expect(started[1]?.establishedAtMs).toBe(startMs + HOUR_MS);
  });

  test('does not wake a call that Graph has ended', async () => {
    await endRecord({ reason: 'terminated', resultInfo: { code: 200, subcode: 5001 } });
    const before = await record();
    expect(await put()).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('Graph has ended call') },
    });
    expect(await record()).toEqual(before);
    expect([started, asked]).toEqual([[], []]);
  });

  test('waits for an orchestration that still finishes', async () => {
    await put();
    await endRecord({ reason: 'stopped' });
    expect(await put()).toMatchObject({
      status: 409,
      headers: { 'retry-after': '30' },
      body: { detail: expect.stringContaining('still cleans up') },
    });
    store = createMemoryCallStore();
    showInstance('Running', { phase: 'ended', endReason: 'notFound' });
    expect((await put()).status).toBe(409);
    expect(started).toHaveLength(1);
  });

  test('waits until the end of the run before is closed and told, whoever is left to do it', async () => {
    await put();
    const stored = await store.read(callId);
    if (stored === undefined) throw new Error('nothing was registered');
    await store.replace(
      { ...stored.record, phase: 'ended', endedAtMs: clock.nowMs(), endReason: 'stopped' },
      stored.etag,
    );
    showInstance('Completed');
    expect(await put()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('still cleans up') } });
    expect(started).toHaveLength(1);
    await endRecord({ reason: 'stopped' });
    expect((await put()).status).toBe(202);
  });

  test('leaves a call that was closed while Graph was asked: its end is being told', async () => {
    await put();
    showInstance('Terminated');
    whileAsked = async () => {
      await endRecord({ reason: 'stopped' });
      showInstance('Running', { phase: 'ended', endReason: 'stopped' });
    };
    expect(await put()).toMatchObject({ status: 409, headers: { 'retry-after': '30' } });
    expect(await record()).toMatchObject({ phase: 'ended', endReason: 'stopped' });
    whileAsked = undefined;
    showInstance('Completed');
    expect((await put()).status).toBe(202);
  });

  test.each([
    ['has not heard of its end', null],
    ['tells of it', { phase: 'ended', endReason: 'stopped' }],
  ])('keeps the call alive each time, while the orchestration before %s', async (_, customStatus) => {
    await put();
    await endRecord({ reason: 'stopped' });
    showInstance('Running', customStatus);
    expect([await put(), await put()].map(({ status }) => status)).toEqual([409, 409]);
    expect(asked).toHaveLength(3);
    graphSays = { status: 404, errorCode: '8522' };
    expect((await put()).status).toBe(404);
  });

  test('says so when the orchestration is suspended', async () => {
    await put();
    showInstance('Suspended');
    expect(await put()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('suspended') } });
  });

  test('tells the orchestration when the call ends while it is being started', async () => {
    const plain = store;
    store = {
      ...plain,
      replace: (next, etag) => (next.phase === 'active' ? endBefore(next, etag) : plain.replace(next, etag)),
    };
    const endBefore: CallStore['replace'] = async (next, etag) => {
      store = plain;
      await endRecord({ reason: 'terminated' });
      return plain.replace(next, etag);
    };
    expect((await put()).status).toBe(409);
    expect(raised).toEqual([{ reason: 'terminated' }]);
  });

  test('is refused for a tenant that is not allowed', async () => {
    const other = 'c8d2e3f4-2b3c-4d4e-9f50-6b7c8d9e0f1a';
    expect(await put({ tenantId: other })).toMatchObject({ status: 403, body: { title: 'Forbidden' } });
    expect(await record()).toBeUndefined();
    expect((await put({ tenantId: tenantId.toUpperCase() })).status).toBe(202);
  });

  test.each([
    ['no call id', 'not-a-guid', { tenantId }, 'no call id'],
    ['no body', undefined, '', 'JSON'],
    ['no JSON', undefined, '{', 'JSON'],
    ['a list', undefined, [], 'must be a JSON object'],
    ['no tenant', undefined, {}, 'tenantId is missing'],
    ['a tenant by name', undefined, { tenantId: 'contoso.com' }, 'tenantId must be a GUID'],
    ['an unknown field', undefined, { tenantId, start: 1 }, 'Unknown: start. Known are tenantId, startedAt'],
    ['a time without zone', undefined, { tenantId, startedAt: '2026-03-01T12:00:00' }, 'startedAt must be an instant'],
    ['a time to come', undefined, { tenantId, startedAt: at(61_000) }, 'startedAt is in the future'],
    [
      'a time long past',
      undefined,
      { tenantId, startedAt: at(-24 * HOUR_MS - 1) },
      'startedAt is longer ago than 24 hours',
    ],
    ['an empty chatInfo', undefined, { tenantId, chatInfo: {} }, 'chatInfo holds nothing'],
    ['a meetingInfo that is text', undefined, { tenantId, meetingInfo: 'x' }, 'meetingInfo must be an object'],
    [
      'a join URL of another host',
      undefined,
      { tenantId, joinUrl: 'https://evil.example/l/meetup-join/' },
      'joinUrl must be',
    ],
    ['a join URL that is a number', undefined, { tenantId, joinUrl: 7 }, 'joinUrl must be a text'],
  ])('is refused with %s, by name', async (_, id, body, detail) => {
    const answer = await put(body, id);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(await record()).toBeUndefined();
  });

  test('is refused with a start at which it would be given up at once', async () => {
    maximumCallHours = 2;
    expect(await put({ tenantId, startedAt: at(-2 * HOUR_MS) })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('MAX_CALL_HOURS') },
    });
    expect((await put({ tenantId, startedAt: at(-2 * HOUR_MS + 1) })).status).toBe(202);
  });

  test('is refused with a join URL beside what it stands for, and with a body beyond all measure', async () => {
    const context = encodeURIComponent(JSON.stringify({ Tid: tenantId, Oid: botAppId }));
    const joinUrl = `https://teams.microsoft.com/l/meetup-join/19%3ax/0?context=${context}`;
    expect((await put({ tenantId, joinUrl })).status).toBe(202);
    expect(await put({ tenantId, joinUrl, chatInfo: { threadId: 'x' } })).toMatchObject({ status: 400 });
    expect(await put({ tenantId, x: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
  });

  describe('while the engine does not answer', () => {
    const error = new DurableCallsError('tell the status', callId, 'HTTP 503', 'AzureWebJobsStorage');
    beforeEach(() => {
      tellStatus = () => Promise.reject(error);
    });

    test('asks to come again, but keeps the call alive and remembers it; is done when the start succeeds', async () => {
      const startedAt = at(-MINUTE_MS);
      startInstance = () => Promise.reject(error);
      expect(await put({ tenantId, startedAt })).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      const remembered = { firstSeenAtMs: startMs - MINUTE_MS, establishedAtMs: startMs, lastKeepAliveAtMs: startMs };
      expect(await record()).toMatchObject({ phase: 'starting', ...remembered, facts: { tenantId } });
      startInstance = undefined;
      clock.advance(2 * MINUTE_MS);
      expect((await put()).status).toBe(202);
      expect(started).toMatchObject([{ establishedAtMs: startMs, lastKeepAliveAtMs: startMs }]);
    });

    test.each(['active', 'ended'])('changes nothing of a call that is %s here', async (phase) => {
      tellStatus = undefined;
      await put();
      if (phase === 'ended') await endRecord({ reason: 'stopped' });
      const before = await record();
      tellStatus = () => Promise.reject(error);
      expect((await put()).status).toBe(503);
      expect(await record()).toEqual(before);
      expect([started, asked].map(({ length }) => length)).toEqual([1, 2]);
    });

    test('says all the same that Graph has ended a call, or does not know it', async () => {
      graphSays = { status: 404, errorCode: '8522' };
      expect((await put()).status).toBe(404);
      await endRecord({ reason: 'terminated' });
      expect((await put()).status).toBe(409);
    });
  });

  test('asks to come again when the table does not answer', async () => {
    store = createMemoryCallStore({
      before: (operation) => {
        throw new CallStoreError(operation, '503', callId);
      },
    });
    expect(await put()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { detail: expect.stringContaining(callId) },
    });
  });
});

describe('stopping a call', () => {
  test('ends the keepalive and tells the orchestration', async () => {
    await put();
    expect(await remove()).toMatchObject({ status: 202, body: { callId } });
    expect(await record()).toMatchObject({ phase: 'ended', endReason: 'stopped', endedAtMs: startMs });
    expect(raised).toEqual([{ reason: 'stopped' }]);
    expect(events).toContainEqual(expect.objectContaining({ event: 'call.ended', reason: 'stopped' }));
  });

  test('may be repeated', async () => {
    await put();
    await remove();
    clock.advance(MINUTE_MS);
    expect((await remove()).status).toBe(202);
    expect(await record()).toMatchObject({ endReason: 'stopped', endedAtMs: startMs });
  });

  test('does not rewrite how Graph ended it', async () => {
    await endRecord({ reason: 'terminated' });
    expect((await remove()).status).toBe(202);
    expect(await record()).toMatchObject({ endReason: 'terminated' });
  });

  test('takes the bot at its word on how Graph ended it, for good', async () => {
    await put();
    const query = '?reason=terminated&resultCode=200&resultSubcode=5002&terminationReason=CallTerminated&code=the-key';
    expect((await remove(undefined, query)).status).toBe(202);
    const ended = {
      reason: 'terminated',
      resultInfo: { code: 200, subcode: 5002 },
      terminationReason: 'CallTerminated',
    };
    expect(raised).toEqual([ended]);
    expect(await record()).toMatchObject({ endReason: 'terminated', resultInfo: ended.resultInfo });
    expect((await put()).status).toBe(409);
  });

  test('sounds the alarm when the bot tells that Graph ended it for want of a keepAlive', async () => {
    await put();
    await remove(undefined, '?reason=terminated&resultCode=408&resultSubcode=8537');
    expect(events).toContainEqual(expect.objectContaining({ event: 'call.keepAliveMissed', callId }));
  });

  test.each([
    ['?reason=gone', 'reason is stopped or terminated'],
    ['?resultCode=200', 'go with reason=terminated'],
    ['?reason=stopped&terminationReason=x', 'go with reason=terminated'],
    ['?reason=terminated&resultCode=2.5', 'whole numbers'],
    ['?reason=terminated&resultSubcode=', 'whole numbers'],
    [`?reason=terminated&terminationReason=${'x'.repeat(257)}`, 'longer than 256'],
  ])('is refused with %s', async (query, detail) => {
    await put();
    expect(await remove(undefined, query)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(detail) },
    });
    expect(await record()).toMatchObject({ phase: 'active' });
  });

  test('reaches an orchestration whose record is missing', async () => {
    showInstance('Running');
    expect((await remove()).status).toBe(202);
    expect(raised).toEqual([{ reason: 'stopped' }]);
  });

  test('that nobody knows, or whose id is none, is refused', async () => {
    expect((await remove()).status).toBe(404);
    showInstance('Completed');
    expect((await remove()).status).toBe(404);
    expect(await record()).toBeUndefined();
    expect((await remove('nonsense')).status).toBe(400);
  });
});
