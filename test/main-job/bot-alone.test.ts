import { describe, expect, test } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import type { SimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld, type WorldOptions } from '../support/virtual-world.ts';

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
