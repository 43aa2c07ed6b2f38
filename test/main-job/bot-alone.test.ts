import { describe, expect, test } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { SimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import {
  MINUTE_MS,
  SECOND_MS,
  startVirtualWorld,
  type VirtualWorld,
  type WorldOptions,
} from '../support/virtual-world.ts';

const AFTER_MS = 10 * MINUTE_MS;
/** The reconciler comes every 5 minutes. */
const LATEST_MS = AFTER_MS + 5 * MINUTE_MS;
const alone = { hangUpAfterMs: AFTER_MS, countsApplications: false };

type Participants = Parameters<SimulatedGraph['sendRoster']>[0]['participants'];
const BOT: Participants = [{ who: 'bot' }];
const WITH_ALEX: Participants = [{ who: 'bot' }, { who: 'alex' }];

const startWorld = (options: WorldOptions = {}) =>
  startVirtualWorld({ ...options, dependencies: (...outside) => ({ alone, ...options.dependencies?.(...outside) }) });

async function sendRoster(world: VirtualWorld, callId: string, participants: Participants, sequenceNumber?: number) {
  const sent = world.graph.sendRoster({
    callId,
    participants,
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
  });
  await world.clock.runFor(0);
  expect((await sent).status).toBe(202);
}

/** A meeting that has been going on for a while. */
async function startMeeting(world: VirtualWorld): Promise<string> {
  const callId = await world.startCall({ kind: 'meeting' });
  await world.clock.runFor(3 * MINUTE_MS);
  return callId;
}

/** The Graph adapter of the app. */
function createGraphCallsIn({ clock, graph }: Pick<VirtualWorld, 'clock' | 'graph'>) {
  return createGraphCalls({
    graphBaseUrl: 'https://graph.microsoft.com/v1.0',
    tokens: { getToken: async () => 'simulated' },
    homeTenantId: SAMPLE_TENANT_ID,
    isTenantAllowed: () => true,
    clock,
    fetch: createInProcessFetch((request) => graph.handle(request), clock),
    newRequestId: () => 'request',
  });
}

/** Tells the app of a roster, whoever is in the call by now. */
const tellOldRoster = (world: VirtualWorld, callId: string, ...users: readonly string[]) =>
  world.notify({
    value: [
      {
        changeType: 'updated',
        resource: `/app/calls/${callId}/participants`,
        resourceData: [
          { id: 'bot', info: { identity: { application: { id: SAMPLE_BOT_APP_ID } } } },
          ...users.map((id) => ({ id, info: { identity: { user: { id } } } })),
        ],
      },
    ],
  });

const stateOf = (world: VirtualWorld, callId: string) => world.graph.call(callId)?.state;

describe('a bot that is the only one left', () => {
  test('hangs up after the time of the setting, and the call is told to have ended so', async () => {
    const world = await startWorld();
    const callId = await startMeeting(world);
    await sendRoster(world, callId, WITH_ALEX);
    await sendRoster(world, callId, BOT);
    await world.clock.runFor(AFTER_MS - MINUTE_MS);
    expect(stateOf(world, callId)).toBe('established');
    await world.clock.runFor(LATEST_MS - AFTER_MS + 2 * MINUTE_MS);
    expect(stateOf(world, callId)).toBe('terminated');
    const { record, instance } = await world.getCall(callId);
    expect(record).toMatchObject({ phase: 'ended', endReason: 'alone', resultInfo: { code: 200, subcode: 7000 } });
    expect(record.cleanedUpAt).toBeDefined();
    // What orchestrations of the release before understand.
    expect(instance).toMatchObject({ runtimeStatus: 'Completed', output: { endReason: 'stopped' } });
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'call.hungUp', level: 'info', callId, outcome: 'hungUp' }),
    );
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'call.ended', callId, reason: 'alone' }));
    await world.clock.runFor(60 * MINUTE_MS);
    expect(world.countEvents('call.hungUp', callId)).toBe(1);
  });

  test('hangs up in spite of the keepAlives in between', async () => {
    const world = await startWorld();
    const callId = await startMeeting(world);
    await world.clock.runFor(10 * MINUTE_MS);
    await sendRoster(world, callId, BOT);
    await world.clock.runFor(LATEST_MS + MINUTE_MS);
    expect(world.keepAlives(callId)).toHaveLength(1);
    expect(stateOf(world, callId)).toBe('terminated');
  });

  test('hangs up when deltas say so', async () => {
    const world = await startWorld();
    const callId = await startMeeting(world);
    await sendRoster(world, callId, WITH_ALEX, 1);
    await sendRoster(world, callId, [{ who: 'alex', hasLeft: true }], 2);
    await world.clock.runFor(LATEST_MS + MINUTE_MS);
    expect(stateOf(world, callId)).toBe('terminated');
  });

  test('stays when somebody comes back in time', async () => {
    const world = await startWorld();
    const callId = await startMeeting(world);
    await sendRoster(world, callId, BOT);
    await world.clock.runFor(AFTER_MS - MINUTE_MS);
    await sendRoster(world, callId, WITH_ALEX);
    await world.clock.runFor(2 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('established');
    expect((await world.getCall(callId)).record).not.toHaveProperty('hangUpAt');
  });

  test('stays when no roster was ever seen, and without the setting', async () => {
    const world = await startWorld();
    const unseen = await startMeeting(world);
    const off = await startVirtualWorld();
    const callId = await startMeeting(off);
    await sendRoster(off, callId, BOT);
    for (const one of [world, off]) await one.clock.runFor(3 * LATEST_MS);
    expect([stateOf(world, unseen), stateOf(off, callId)]).toEqual(['established', 'established']);
    expect((await off.getCall(callId)).record).not.toHaveProperty('aloneSince');
  });

  test.each(['before', 'after'] as const)('hangs up though the process died %s Graph was asked', async (moment) => {
    let deaths = 0;
    const world = await startWorld({
      dependencies: (outside) => {
        const calls = createGraphCallsIn(outside);
        const hangUp: typeof calls.hangUp = async (request) => {
          if (deaths++ > 0) return calls.hangUp(request);
          if (moment === 'after') await calls.hangUp(request);
          throw new Error('the process died');
        };
        return { graph: { ...calls, hangUp } };
      },
    });
    const callId = await startMeeting(world);
    await sendRoster(world, callId, BOT);
    await world.clock.runFor(2 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('terminated');
    expect((await world.getCall(callId)).record).toMatchObject({ endReason: 'alone' });
  });

  test('is asked to hang up again when Graph refuses, and another end is told as what it is', async () => {
    const world = await startWorld();
    const [callId, other] = [await startMeeting(world), await startMeeting(world)];
    world.graph.addFault({ operation: 'deleteCall', callId, times: 1, status: 503 });
    world.graph.addFault({ operation: 'deleteCall', callId: other, times: 9, status: 403 });
    for (const one of [callId, other]) await sendRoster(world, one, BOT);
    await world.clock.runFor(LATEST_MS + MINUTE_MS);
    expect(stateOf(world, callId)).toBe('established');
    await world.clock.runFor(6 * MINUTE_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ endReason: 'alone' });
    expect(world.events).toContainEqual(
      expect.objectContaining({
        event: 'call.hungUp',
        level: 'warning',
        callId,
        outcome: 'http 503 ServiceUnavailable',
      }),
    );
    world.graph.hangUp(other);
    await world.clock.runFor(MINUTE_MS);
    expect((await world.getCall(other)).record).toMatchObject({ endReason: 'terminated' });
  });
});

describe('a bot that is not alone, though the last roster that was taken says so, stays', () => {
  /** The app remembers that the bot is alone, and Graph knows better. */
  async function misled(world: VirtualWorld): Promise<string> {
    const callId = await startMeeting(world);
    expect((await tellOldRoster(world, callId)).status).toBe(202);
    expect((await world.getCall(callId)).record).toHaveProperty('hangUpAt');
    return callId;
  }

  test('when a roster comes again after newer ones, for it was not durable at first', async () => {
    let isDown = false;
    const store = createMemoryCallStore({
      before: (operation) => {
        if (isDown) throw new CallStoreError(operation, '503');
      },
    });
    const world = await startWorld({ store });
    const callId = await startMeeting(world);
    isDown = true;
    expect((await tellOldRoster(world, callId)).status).toBe(503);
    isDown = false;
    await sendRoster(world, callId, WITH_ALEX);
    expect((await tellOldRoster(world, callId)).status).toBe(202);
    await world.clock.runFor(2 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('established');
  });

  test('when a roster is written after a newer one, which changed nothing', async () => {
    let isSlow = false;
    const store = createMemoryCallStore({
      before: async (operation) => {
        if (operation !== 'replace' || !isSlow) return;
        isSlow = false;
        await world.clock.suspend(new Promise<void>((resolve) => world.clock.after(3 * SECOND_MS, resolve)));
      },
    });
    const world: VirtualWorld = await startWorld({ store });
    const callId = await startMeeting(world);
    isSlow = true;
    const older = tellOldRoster(world, callId);
    await world.clock.runFor(SECOND_MS);
    const newer = tellOldRoster(world, callId, 'alex');
    await world.clock.runFor(3 * SECOND_MS);
    expect([(await older).status, (await newer).status]).toEqual([202, 202]);
    await world.clock.runFor(2 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('established');
  });

  test('which is told once, and it hangs up when a roster says so later and Graph too', async () => {
    const world = await startWorld();
    const callId = await misled(world);
    await world.clock.runFor(2 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('established');
    const { record } = await world.getCall(callId);
    expect([record.aloneSince, record.hangUpAt, record.hungUpAt]).toEqual([undefined, undefined, undefined]);
    expect(world.events.filter(({ event }) => event === 'call.hungUp')).toMatchObject([
      { level: 'warning', callId, outcome: 'notAlone' },
    ]);
    await sendRoster(world, callId, BOT);
    await world.clock.runFor(AFTER_MS - MINUTE_MS);
    expect(stateOf(world, callId)).toBe('established');
    await world.clock.runFor(LATEST_MS - AFTER_MS + 2 * MINUTE_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ endReason: 'alone' });
  });

  test.each([
    { fault: { status: 403 }, outcome: 'denied: 7504' },
    { fault: { status: 400 }, outcome: expect.stringMatching(/^denied: /) },
    { fault: { status: 404 }, outcome: 'gone' },
    { fault: { status: 404, errorCode: 'ResourceNotFound' }, outcome: 'unclear: 404 without "call not found"' },
    { fault: { status: 503 }, outcome: 'http 503 ServiceUnavailable' },
    { fault: { reset: true }, outcome: expect.stringMatching(/^network /) },
    { fault: { hang: true }, outcome: 'timeout requestTimeout' },
  ] as const)('while Graph answers the question for its participants with $fault', async ({ fault, outcome }) => {
    const world = await startWorld();
    const callId = await misled(world);
    world.graph.addFault({ operation: 'listParticipants', times: 'always', ...fault });
    await world.clock.runFor(3 * LATEST_MS);
    expect(stateOf(world, callId)).toBe('established');
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'call.hungUp', callId, outcome }));
    world.graph.clearFaults();
    await world.clock.runFor(6 * MINUTE_MS);
    expect(stateOf(world, callId)).toBe('established');
    expect((await world.getCall(callId)).record).not.toHaveProperty('hangUpAt');
  });
});

test('a call that Graph does not know any more when it is asked who is there ends with its next keepAlive, not as hung up', async () => {
  const world = await startWorld();
  const callId = await startMeeting(world);
  await sendRoster(world, callId, BOT);
  await world.clock.runFor(AFTER_MS - MINUTE_MS);
  world.graph.addFault({ operation: 'notification', callId, times: 'always', lost: true });
  world.graph.hangUp(callId);
  await world.clock.runFor(15 * MINUTE_MS);
  expect((await world.getCall(callId)).record).toMatchObject({ phase: 'ended', endReason: 'notFound' });
});
