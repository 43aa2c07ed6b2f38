import { describe, expect, test } from 'vitest';
import { EventType } from '../../local/durable-extension/hub/history-event.ts';
import { expectNothingMore } from '../support/expect-nothing-more.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, startVirtualWorld } from '../support/virtual-world.ts';

const alive = (...minutes: readonly number[]) => minutes.map((minute) => ({ minute, status: 200 }));

test.each([
  { attemptsPerGeneration: undefined, tries: [46, 47, 0, 1, 2] },
  { attemptsPerGeneration: 4, tries: [2, 3, 0, 1, 2] },
])('a history starts afresh after 48 tries, or as many as a simulation asks for: %o', async (asked) => {
  const { attemptsPerGeneration, tries } = asked;
  const world = await startVirtualWorld({
    dependencies: () => (attemptsPerGeneration === undefined ? {} : { attemptsPerGeneration }),
  });
  const callId = await world.startCall();
  await world.clock.runFor(((tries[0] ?? 0) - 1) * 15 * MINUTE_MS);
  const seen: number[] = [];
  for (const _ of tries) {
    await world.clock.runFor(15 * MINUTE_MS);
    const history = await world.hub.readHistory(`call-${callId}`);
    seen.push(history.filter((event) => 'Name' in event && event.Name === 'keepAlive').length);
  }
  expect(seen).toEqual(tries);
});

describe('a call', () => {
  test('is kept alive every 15 minutes until it is terminated, then cleaned up once', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(100 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual(alive(15, 30, 45, 60, 75, 90));
    expect(await world.status(callId)).toMatchObject({
      name: 'keepCallAlive',
      runtimeStatus: 'Running',
      customStatus: { phase: 'waiting', keepAlives: 6, nextKeepAliveAt: '2026-03-02T09:45:00.000Z' },
    });
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });

    world.graph.hangUp(callId);
    await world.clock.runFor(0);
    expect(await world.status(callId)).toMatchObject({
      runtimeStatus: 'Completed',
      customStatus: { phase: 'ended', endReason: 'terminated' },
      output: { endReason: 'terminated', keepAlives: 6, cleanUp: 'done', resultInfo: { code: 200, subcode: 4521 } },
    });
    expect((await world.getCall(callId)).record).toMatchObject({
      phase: 'ended',
      endReason: 'terminated',
      resultInfo: { code: 200, subcode: 4521 },
      keepAlives: 6,
      firstSeenAt: '2026-03-02T08:00:00.000Z',
      lastKeepAliveAt: '2026-03-02T09:30:00.000Z',
      endedAt: '2026-03-02T09:40:00.000Z',
      cleanedUpAt: '2026-03-02T09:40:00.000Z',
    });
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    await expectNothingMore(world, callId);
  });

  test('whose end nobody told is cleaned up once Graph answers 404', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
    await world.clock.runFor(100 * MINUTE_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(4 * MINUTE_MS);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
    await world.clock.runFor(MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual([...alive(15, 30, 45, 60, 75, 90), { minute: 105, status: 404 }]);
    expect(await world.status(callId)).toMatchObject({
      runtimeStatus: 'Completed',
      output: { endReason: 'notFound', keepAlives: 6, cleanUp: 'done' },
    });
    expect((await world.getCall(callId)).record).toMatchObject({
      phase: 'ended',
      endReason: 'notFound',
      keepAlives: 6,
      lastKeepAliveAt: '2026-03-02T09:30:00.000Z',
    });
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    await expectNothingMore(world, callId);
  });

  test('that is established after 31 minutes is kept alive while it waits, from its tenth minute on', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall({ establishAfterSeconds: 31 * 60 });
    await world.clock.runFor(9 * MINUTE_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'observed' });
    await world.clock.runFor(61 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual(alive(10, 25, 40, 55, 70));
  });

  test('of which nobody told before it was established after 31 minutes is kept alive at once, and never dropped', async () => {
    const world = await startVirtualWorld();
    for (const state of ['establishing', 'ringing'] as const) {
      world.graph.addFault({ operation: 'notification', state, lost: true, times: 'always' });
    }
    const callId = await world.startCall({ establishAfterSeconds: 31 * 60 });
    await world.clock.runFor(2 * HOUR_MS);
    expect(world.keepAlives(callId)).toEqual(alive(31, 46, 61, 76, 91, 106));
    expect(world.graph.call(callId)).toMatchObject({ state: 'established' });
  });

  test('that came in and was answered at once counts its 15 minutes from the first notification', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall({ direction: 'incoming', establishAfterSeconds: 8 });
    await world.clock.runFor(2 * SECOND_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'observed' });
    const answered = await world.graph.handle({
      method: 'POST',
      url: new URL(`https://graph.microsoft.com/v1.0/communications/calls/${callId}/answer`),
      headers: { authorization: 'Bearer any' },
      body: new Uint8Array(),
    });
    expect(answered).toMatchObject({ status: 202 });
    await world.clock.runFor(31 * MINUTE_MS);
    expect(world.keepAlives(callId)).toEqual(alive(15, 30));
  });

  test('that ends without ever being established leaves an ended record and no instance', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall({ establishAfterSeconds: 60 });
    world.graph.hangUp(callId);
    await world.clock.runFor(0);
    const { record, instance } = await world.getCall(callId);
    expect(record).toMatchObject({ phase: 'ended', endReason: 'terminated' });
    expect(instance).toEqual({});
    await expectNothingMore(world, callId);
  });
});

describe('the end of a call', () => {
  /** The 48th keepAlive, after which the history starts afresh, is due 12 hours after the start. */
  const GENERATION_MS = 12 * HOUR_MS;
  const SLOW_SECONDS = 5;

  test.each([
    { when: 'just before the last keepAlive of a generation is due', atMs: -1, keepAlives: 47 },
    { when: 'while the last keepAlive of a generation runs', atMs: 2 * SECOND_MS, keepAlives: 48 },
    { when: 'a millisecond before that one is answered', atMs: SLOW_SECONDS * SECOND_MS - 1, keepAlives: 48 },
    { when: 'in the millisecond of the generation change', atMs: SLOW_SECONDS * SECOND_MS, keepAlives: 48 },
    { when: 'a millisecond after it', atMs: SLOW_SECONDS * SECOND_MS + 1, keepAlives: 48 },
    { when: 'minutes after it', atMs: 5 * MINUTE_MS, keepAlives: 48 },
  ])('is not lost when it is told $when', async ({ atMs, keepAlives }) => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(GENERATION_MS - MINUTE_MS);
    world.graph.addFault({ operation: 'keepAlive', delaySeconds: SLOW_SECONDS });
    world.clock.after(MINUTE_MS + atMs, () => void world.graph.sendNotification({ callId, state: 'terminated' }));
    await world.clock.runFor(20 * MINUTE_MS);
    expect(world.keepAlives(callId)).toHaveLength(keepAlives);
    expect(await world.status(callId)).toMatchObject({
      runtimeStatus: 'Completed',
      output: { endReason: 'terminated', keepAlives, cleanUp: 'done' },
    });
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'ended', keepAlives });
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    await expectNothingMore(world, callId);
  });

  test.each([
    { order: 'the event first', eventDelayMs: 2 * SECOND_MS, resultDelayMs: SECOND_MS, sentAtMs: 4 * SECOND_MS },
    { order: 'the event last', eventDelayMs: 500, resultDelayMs: SECOND_MS, sentAtMs: 5_500 },
  ])(
    'is not lost when the engine delivers it together with the last keepAlive of a generation, $order',
    async (case_) => {
      const delays = new Map<number, number>([
        [EventType.EventRaised, case_.eventDelayMs],
        [EventType.TaskCompleted, case_.resultDelayMs],
      ]);
      let isDelaying = false;
      const world = await startVirtualWorld({
        engine: {
          faults: {
            deliveryDelayMs: ({ event }) => (isDelaying ? (delays.get(event.EventType) ?? 0) : 0),
          },
        },
      });
      const callId = await world.startCall();
      await world.clock.runFor(GENERATION_MS - MINUTE_MS);
      isDelaying = true;
      world.graph.addFault({ operation: 'keepAlive', delaySeconds: SLOW_SECONDS });
      world.clock.after(
        MINUTE_MS + case_.sentAtMs,
        () => void world.graph.sendNotification({ callId, state: 'terminated' }),
      );
      await world.clock.runFor(20 * MINUTE_MS);
      expect(await world.status(callId)).toMatchObject({
        runtimeStatus: 'Completed',
        output: { endReason: 'terminated', keepAlives: 48, cleanUp: 'done' },
      });
      // Both were due in this second, so the engine had them in one batch.
      expect((await world.getCall(callId)).record).toMatchObject({ cleanedUpAt: '2026-03-02T20:00:06.000Z' });
      expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    },
  );

  test.each([0, 500, 1_500, 2_900])(
    'that comes %i ms after the start is cleaned up within a minute, though the engine discards what comes before it has begun',
    async (afterMs) => {
      const world = await startVirtualWorld({ engine: { faults: { startPutBackMs: () => 3 * SECOND_MS } } });
      const callId = await world.startCall({ establishAfterSeconds: 0 });
      await world.clock.runFor(afterMs);
      expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Pending' });
      world.graph.hangUp(callId);
      await world.clock.runFor(MINUTE_MS);
      expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { keepAlives: 0 } });
      expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    },
  );

  test('that is told together with the start, in one notification, is not lost either', async () => {
    const world = await startVirtualWorld({ engine: { faults: { startPutBackMs: () => 3 * SECOND_MS } } });
    const callId = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
    const resource = `/app/calls/${callId}`;
    const entry = (state: string) => ({
      changeType: 'updated',
      resource,
      resourceData: { '@odata.type': '#microsoft.graph.call', state },
    });
    const answered = world.notify({ value: [entry('established'), entry('terminated')] });
    await world.clock.runFor(MINUTE_MS);
    expect(await answered).toMatchObject({ status: 202 });
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed' });
  });

  test('that is told while a keepAlive runs ends the call right after it', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', delaySeconds: 5 });
    await world.clock.runFor(15 * MINUTE_MS + 2 * SECOND_MS);
    await world.graph.sendNotification({ callId, state: 'terminated' });
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
    await world.clock.runFor(3 * SECOND_MS);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { keepAlives: 1 } });
    expect(world.keepAlives(callId)).toHaveLength(1);
    await expectNothingMore(world, callId);
  });

  test('that is told twice is the same as once', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'notification', state: 'terminated', doubled: true });
    await world.clock.runFor(20 * MINUTE_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(0);
    expect(world.graph.call(callId)?.notifications.filter(({ state }) => state === 'terminated')).toMatchObject([
      { outcome: 'delivered', status: 202 },
      { outcome: 'delivered', status: 202 },
    ]);
    await world.graph.sendNotification({ callId, state: 'terminated' });
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
    expect(world.countEvents('call.ended', callId)).toBe(1);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { keepAlives: 1 } });
    await expectNothingMore(world, callId);
  });
});

test('a call that an operator stopped, and that Graph ends for want of a keepAlive, raises no alarm and stays stopped', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall({});
  await world.clock.runFor(20 * 60_000);
  expect((await world.request('DELETE', `/api/calls/${callId}`)).status).toBe(202);
  await world.clock.runFor(2 * 3_600_000);
  expect(world.graph.call(callId)?.state).toBe('terminated');
  expect(world.countEvents('call.keepAliveMissed', callId)).toBe(0);
  expect((await world.request('GET', `/api/calls/${callId}`)).body).toMatchObject({
    record: { phase: 'ended', endReason: 'stopped' },
  });
});
