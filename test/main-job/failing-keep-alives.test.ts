import { describe, expect, test } from 'vitest';
import type { RequestFault } from '../../local/simulated-graph/faults.ts';
import { expectRecovered, LIMIT_MINUTES } from '../support/expect-recovered.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, startVirtualWorld } from '../support/virtual-world.ts';

type Fault = Partial<Omit<RequestFault, 'operation'>>;

describe('a keepAlive', () => {
  test.each<{ fails: string; fault: Fault; afterSeconds?: number; reason: string; nextAt: string }>([
    {
      fails: 'is refused with 429 and Retry-After',
      fault: { status: 429, retryAfterSeconds: 120, times: 3 },
      reason: 'http 429 TooManyRequests',
      nextAt: '2026-03-02T08:17:01.000Z',
    },
    {
      fails: 'is refused with 429 and a Retry-After beyond the deadline',
      fault: { status: 429, retryAfterSeconds: 3_600, times: 1 },
      reason: 'http 429 TooManyRequests',
      nextAt: '2026-03-02T08:33:00.000Z',
    },
    {
      fails: 'is refused with 503 twenty times',
      fault: { status: 503, times: 20 },
      reason: 'http 503 ServiceUnavailable',
      nextAt: '2026-03-02T08:15:0',
    },
    {
      fails: 'is never answered',
      fault: { hang: true, times: 5 },
      afterSeconds: 10,
      reason: 'timeout requestTimeout',
      nextAt: '2026-03-02T08:15:1',
    },
    {
      fails: 'is answered after 40 s',
      fault: { delaySeconds: 40, times: 2 },
      afterSeconds: 10,
      reason: 'timeout requestTimeout',
      nextAt: '2026-03-02T08:15:1',
    },
    {
      fails: 'is reset',
      fault: { reset: true, times: 10 },
      reason: 'network ECONNRESET',
      nextAt: '2026-03-02T08:15:0',
    },
    {
      fails: 'is refused with 403',
      fault: { status: 403, times: 1 },
      reason: 'denied: 7504',
      nextAt: '2026-03-02T08:30:00.000Z',
    },
    {
      fails: 'is refused with 401 again and again',
      fault: { status: 401, times: 2 },
      reason: 'http 401 InvalidAuthenticationToken',
      nextAt: '2026-03-02T08:16:01.000Z',
    },
    {
      fails: 'is refused with 400',
      fault: { status: 400, errorCode: 'BadRequest', times: 1 },
      reason: 'denied: BadRequest',
      nextAt: '2026-03-02T08:30:00.000Z',
    },
    {
      fails: 'meets a 404 that does not speak of the call',
      fault: { status: 404, errorCode: 'ResourceNotFound', times: 1 },
      reason: 'unclear',
      nextAt: '2026-03-02T08:17:03.000Z',
    },
  ])('that $fails says so in the status and is repeated in time', async ({ fault, afterSeconds, reason, nextAt }) => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', ...fault });
    await world.clock.runFor(15 * MINUTE_MS + (afterSeconds ?? 0) * SECOND_MS);
    expect((await world.status(callId)).customStatus).toMatchObject({
      phase: 'retrying',
      keepAlives: 0,
      consecutiveFailures: 1,
      nextKeepAliveAt: expect.stringMatching(new RegExp(`^${nextAt}`)),
      deadlineAt: '2026-03-02T08:45:00.000Z',
      lastFailure: { at: expect.stringMatching(/^2026-03-02T08:15:/), reason: expect.stringContaining(reason) },
    });
    await world.clock.runFor(2 * HOUR_MS);
    await expectRecovered(world, callId);
  });

  test('that is refused with 401 once is repeated at once with a new token', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', status: 401, times: 1 });
    await world.clock.runFor(31 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual([
      { minute: 15, status: 401 },
      { minute: 15, status: 200 },
      { minute: 30, status: 200 },
    ]);
    expect((await world.status(callId)).customStatus).toMatchObject({ phase: 'waiting', keepAlives: 2 });
  });
});

test('a call whose keepAlives Graph refuses for ever ends with an alarm, and its orchestration completes', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  world.graph.addFault({ operation: 'notification', state: 'terminated', delaySeconds: 600 });
  world.graph.addFault({ operation: 'keepAlive', status: 403, times: 'always' });
  await world.clock.runFor(46 * MINUTE_MS);
  expect((await world.status(callId)).customStatus).toMatchObject({
    phase: 'overdue',
    deadlineAt: '2026-03-02T08:45:00.000Z',
    lastFailure: { reason: 'denied: 7504' },
  });
  await world.clock.runFor(HOUR_MS);
  expect(world.graph.call(callId)).toMatchObject({ state: 'terminated', resultInfo: { code: 408, subcode: 8537 } });
  expect(world.countEvents('call.keepAliveMissed', callId)).toBe(1);
  expect(await world.status(callId)).toMatchObject({
    runtimeStatus: 'Completed',
    output: { endReason: 'terminated', keepAlives: 0, resultInfo: { code: 408, subcode: 8537 } },
  });
});

test('tries after failures come no closer than 3 s, and several fall in the last minute before the deadline', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
  await world.clock.runFor(50 * MINUTE_MS);
  const tries = world.keepAlives(callId).map(({ minute }) => minute);
  const gaps = tries.slice(1).map((minute, index) => minute - (tries[index] ?? 0));
  expect(Math.min(...gaps) * MINUTE_MS).toBeGreaterThanOrEqual(3 * SECOND_MS - 1);
  expect(tries.filter((minute) => minute > 44 && minute < LIMIT_MINUTES).length).toBeGreaterThanOrEqual(3);
});

test.each([4, 14, 18])(
  '%i minutes of 404 that do not speak of the call cost none of fifteen calls',
  async (minutes) => {
    const world = await startVirtualWorld();
    const callIds: string[] = [];
    for (let call = 0; call < 15; call++) {
      callIds.push(await world.startCall());
      await world.clock.runFor(MINUTE_MS);
    }
    await world.clock.runFor(45 * MINUTE_MS);
    world.graph.addFault({ operation: 'keepAlive', status: 404, errorCode: 'ResourceNotFound', times: 'always' });
    await world.clock.runFor(minutes * MINUTE_MS);
    world.graph.clearFaults();
    await world.clock.runFor(2 * HOUR_MS);
    expect(callIds.map((callId) => world.graph.call(callId)?.state)).toEqual(callIds.map(() => 'established'));
  },
);

test('an old call that is registered with its true start survives when Graph takes one minute in six, and raises no alarm', async () => {
  const world = await startVirtualWorld();
  const refuse = () => world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
  world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
  const callId = await world.startCall();
  await world.clock.runFor(40 * MINUTE_MS);
  refuse();
  const startedAt = new Date(world.clock.nowMs() - 3 * HOUR_MS).toISOString();
  const registered = world.register(callId, { startedAt });
  expect((await registered).status).toBe(202);
  await world.clock.runFor(MINUTE_MS);
  world.graph.clearFaults();
  await world.clock.runFor(MINUTE_MS);
  refuse();
  await world.clock.runFor(5 * MINUTE_MS);
  expect(world.graph.call(callId)?.state).toBe('established');
  expect(world.countEvents('keepAlive.overdue', callId)).toBe(0);
  expect((await world.getCall(callId)).record).toMatchObject({ firstSeenAt: startedAt });
});

test('a call that was stopped and is registered again keeps the deadline that Graph has for it, whatever Graph asks to wait', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  await world.clock.runFor(18 * MINUTE_MS);
  await world.request('DELETE', `/api/calls/${callId}`);
  await world.clock.runFor(20 * MINUTE_MS);
  world.graph.addFault({ operation: 'keepAlive', status: 503, retryAfterSeconds: 3_600, times: 'always' });
  const registered = world.register(callId);
  expect((await registered).status).toBe(202);
  await world.clock.runFor(SECOND_MS);
  // The last success was after a quarter of an hour.
  expect((await world.status(callId)).customStatus).toMatchObject({ deadlineAt: '2026-03-02T09:00:00.000Z' });
  await world.clock.runFor(20 * MINUTE_MS);
  world.graph.clearFaults();
  await world.clock.runFor(HOUR_MS);
  expect(world.graph.call(callId)?.state).toBe('established');
});
