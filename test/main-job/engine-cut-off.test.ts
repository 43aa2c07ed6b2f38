import { describe, expect, test } from 'vitest';
import type { HttpMessageRequest, HttpMessageResponse } from '../../local/http-message.ts';
import { createInProcessDurableCalls } from '../../local/in-process-durable-client.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

type Api = 'well' | 'fails' | 'hangs';
type KeepAlives = ReturnType<VirtualWorld['keepAlives']>;
const BEFORE = 250;
const DURING = 250;

/** A world whose engine goes on, but whose API can be cut off; and whose timers may be late by hours. */
async function startWorld() {
  const state: { api: Api; timersAreLate: boolean } = { api: 'well', timersAreLate: false };
  const world: VirtualWorld = await startVirtualWorld({
    engine: { faults: { timerDelayMs: () => (state.timersAreLate ? 4 * HOUR_MS : 0) } },
    dependencies: ({ clock }, askEngine) => {
      const ask = async (request: HttpMessageRequest): Promise<HttpMessageResponse> => {
        if (state.api === 'well') return askEngine(request);
        // As long as the app waits for an answer.
        if (state.api === 'hangs')
          await clock.suspend(new Promise<void>((resolve) => void clock.after(10_000, resolve)));
        return { status: 503 };
      };
      return {
        createDurableCalls: (client) =>
          createInProcessDurableCalls(client, ask, clock, {
            pause: (ms) => clock.suspend(new Promise((resolve) => void clock.after(ms, resolve))),
          }),
      };
    },
  });
  return { world, state };
}

/** In minutes, from the call's start on. */
function longestGap(keepAlives: KeepAlives, startedAtMinute: number, now: number): number {
  const successes = keepAlives.flatMap(({ minute, status }) => (status === 200 ? [minute] : []));
  const at = [startedAtMinute, ...successes, now];
  return Math.max(...at.slice(1).map((minute, index) => minute - (at[index] ?? 0)));
}

describe("while the engine's API", () => {
  test.each<Exclude<Api, 'well'>>(['fails', 'hangs'])(
    '%s for three hours, none of 500 calls goes 45 minutes without a success, and then all goes on',
    async (api) => {
      const { world, state } = await startWorld();
      state.timersAreLate = true;
      const before: string[] = [];
      for (let call = 0; call < BEFORE; call++) before.push(await world.startCall({ establishAfterSeconds: 0 }));
      await world.clock.runFor(MINUTE_MS);
      state.api = api;
      state.timersAreLate = false;
      const during: string[] = [];
      for (let call = 0; call < DURING; call++) during.push(await world.startCall({ establishAfterSeconds: 0 }));
      await world.clock.runFor(3 * HOUR_MS);
      const cutOff = world.keepAlivesByCall();
      const gapOf = (callId: string, startedAtMinute: number) =>
        longestGap(cutOff.get(callId) ?? [], startedAtMinute, 181);
      for (const callId of before) expect(gapOf(callId, 0)).toBeLessThan(45);
      for (const callId of during) expect(gapOf(callId, 1)).toBeLessThan(45);
      const alone = world.events.filter(({ event, byRecord }) => event === 'reconcile.completed' && byRecord !== 0);
      expect(alone.length).toBeGreaterThan(10);

      state.api = 'well';
      await world.clock.runFor(2 * HOUR_MS);
      const all = world.keepAlivesByCall();
      for (const callId of [...before, ...during]) {
        expect(world.graph.call(callId)?.state).toBe('established');
        const keepAlives = all.get(callId) ?? [];
        expect(longestGap(keepAlives, 181, 301)).toBeLessThan(45);
        const sent = keepAlives.map(({ minute }) => minute);
        const close = sent.filter((minute, index) => index > 0 && minute - (sent[index - 1] ?? 0) < 1);
        expect(close.length, `${callId}: ${sent}`).toBeLessThanOrEqual(1);
      }
      for (const callId of during) expect((await world.status(callId)).runtimeStatus).toBe('Running');
    },
    120_000,
  );

  test('fails, a call that Graph knows no more is ended by its record, and its instance told when the API is back', async () => {
    const { world, state } = await startWorld();
    state.timersAreLate = true;
    const callId = await world.startCall();
    await world.clock.runFor(16 * MINUTE_MS);
    world.graph.addFault({ operation: 'notification', state: 'terminated', lost: true });
    state.api = 'fails';
    world.graph.hangUp(callId);
    await world.clock.runFor(10 * MINUTE_MS);
    expect((await recordOf(world, callId)).phase).toBe('ended');
    expect(world.countEvents('call.ended', callId)).toBe(1);
    expect(world.countEvents('call.cleanedUp', callId)).toBe(0);
    state.api = 'well';
    await world.clock.runFor(5 * MINUTE_MS + SECOND_MS);
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
  });

  test.each<Exclude<Api, 'well'>>(['fails', 'hangs'])(
    '%s, a call that is registered is kept alive from its record, and goes on when the API is back',
    async (api) => {
      const { world, state } = await startWorld();
      world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
      const callId = await world.startCall();
      state.api = api;
      const registered = world.register(callId);
      await world.clock.runFor(MINUTE_MS);
      expect((await registered).status).toBe(503);
      await world.clock.runFor(3 * HOUR_MS);
      expect(longestGap(world.keepAlives(callId), 0, 181)).toBeLessThan(45);
      state.api = 'well';
      await world.clock.runFor(HOUR_MS);
      expect(longestGap(world.keepAlives(callId), 181, 241)).toBeLessThan(45);
      expect((await world.status(callId)).runtimeStatus).toBe('Running');
      expect(await recordOf(world, callId)).toMatchObject({ phase: 'active' });
    },
  );

  test('fails, an operator can still send a keepAlive', async () => {
    const { world, state } = await startWorld();
    const callId = await world.startCall();
    await world.clock.runFor(5 * MINUTE_MS);
    state.api = 'fails';
    expect(await world.request('POST', `/api/calls/${callId}/keepAlive`)).toMatchObject({ status: 200 });
    expect(world.keepAlives(callId)).toEqual([{ minute: 5, status: 200 }]);
  });

  test('fails, how the bot says that a call ended is remembered, and told when the API is back', async () => {
    const { world, state } = await startWorld();
    const callId = await world.startCall();
    await world.clock.runFor(5 * MINUTE_MS);
    state.api = 'fails';
    const end = `/api/calls/${callId}?reason=terminated&resultCode=200&resultSubcode=5002`;
    expect(await world.request('DELETE', end)).toMatchObject({ status: 503 });
    const ended = { phase: 'ended', endReason: 'terminated', resultInfo: { code: 200, subcode: 5002 } };
    expect(await recordOf(world, callId)).toMatchObject(ended);
    state.api = 'well';
    await world.clock.runFor(10 * MINUTE_MS);
    expect(await recordOf(world, callId)).toMatchObject({ ...ended, cleanedUpAtMs: expect.any(Number) });
    expect(world.keepAlives(callId)).toEqual([]);
  });
});

async function recordOf(world: VirtualWorld, callId: string) {
  const found = await Array.fromAsync(world.store.list(['observed', 'starting', 'active', 'ended']));
  return found.find(({ record }) => record.callId === callId)?.record ?? expect.unreachable();
}
