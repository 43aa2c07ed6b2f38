import { expect, test } from 'vitest';
import { type CallEndedWebhook, CallEndedWebhookError } from '../../src/adapters/call-ended-webhook.ts';
import type { CallId } from '../../src/core/call-record/call-id.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

/** As in host.json. */
const ACTIVITIES_AT_ONCE = 10;

/** A webhook that takes so long to answer; none has an answer while it hangs. */
function slowWebhook(clock: VirtualWorld['clock'], receiver: { hangs: boolean; tries: number; told: Set<CallId> }) {
  const webhook: CallEndedWebhook = {
    async deliver(callId) {
      receiver.tries++;
      const takesMs = receiver.hangs ? 10 * SECOND_MS : 100;
      await clock.suspend(new Promise<void>((resolve) => void clock.after(takesMs, resolve)));
      if (receiver.hangs) throw new CallEndedWebhookError(callId, 'timeout');
      receiver.told.add(callId);
      return 204;
    },
  };
  return webhook;
}

async function startCalls(count: number, receiver: { hangs: boolean; tries: number; told: Set<CallId> }) {
  const world = await startVirtualWorld({
    hostJson: { maxConcurrentActivityFunctions: ACTIVITIES_AT_ONCE },
    dependencies: ({ clock }) => ({ webhook: slowWebhook(clock, receiver) }),
  });
  const callIds: string[] = [];
  for (let begun = 0; begun < count; begun++) callIds.push(await world.startCall());
  await world.clock.runFor(MINUTE_MS);
  return { world, callIds };
}

function lateness(world: VirtualWorld, callIds: readonly string[]): readonly number[] {
  return world.events.flatMap(({ event, callId, latenessSeconds }) =>
    event === 'keepAlive.succeeded' && callIds.includes(String(callId)) ? Number(latenessSeconds ?? 0) : [],
  );
}

test('a webhook that hangs makes no keepAlive of other calls late, however many ends it is told of', async () => {
  const receiver = { hangs: true, tries: 0, told: new Set<CallId>() };
  const { world, callIds } = await startCalls(330, receiver);
  const living = callIds.slice(0, 30);
  for (const callId of callIds.slice(30)) world.graph.hangUp(callId);
  await world.clock.runFor(2 * HOUR_MS);
  expect(receiver.tries).toBeGreaterThan(300);
  const late = lateness(world, living);
  expect(late.length).toBeGreaterThanOrEqual(30 * 7);
  expect(Math.max(...late)).toBeLessThan(5);
}, 120_000);

test('once it answers again it is told of every end, for a delivery that waits its turn is no try', async () => {
  const receiver = { hangs: true, tries: 0, told: new Set<CallId>() };
  const { world, callIds } = await startCalls(60, receiver);
  for (const callId of callIds) world.graph.hangUp(callId);
  await world.clock.runFor(3 * HOUR_MS);
  expect(receiver.told.size).toBe(0);
  receiver.hangs = false;
  await world.clock.runFor(2 * HOUR_MS);
  expect(receiver.told.size).toBe(60);
  for (const callId of callIds) {
    expect(await world.status(callId)).toMatchObject({ output: { webhook: 'delivered' } });
  }
}, 120_000);

test('a stopped call that is registered again while the webhook hangs stays alive, and goes on when its end is told', async () => {
  const receiver = { hangs: true, tries: 0, told: new Set<CallId>() };
  const { world, callIds } = await startCalls(1, receiver);
  const [callId = ''] = callIds;
  await world.request('DELETE', `/api/calls/${callId}`);
  const statuses: (number | undefined)[] = [];
  const register = async () => {
    const answer = world.register(callId);
    await world.clock.runFor(10 * MINUTE_MS);
    statuses.push((await answer).status);
  };
  for (let tries = 0; tries < 10; tries++) await register();
  expect(new Set(statuses)).toEqual(new Set([409]));
  receiver.hangs = false;
  // The next delivery may be an hour away.
  for (let tries = 0; tries < 7; tries++) await register();
  expect(statuses).toContain(202);
  expect(receiver.told.size).toBe(1);
  await world.clock.runFor(2 * HOUR_MS);
  expect(world.graph.call(callId)?.state).toBe('established');
});
