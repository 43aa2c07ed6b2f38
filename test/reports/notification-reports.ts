import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { createBotRelay } from '../../src/adapters/bot-relay.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import { rosterOf } from '../support/call-notification.ts';
import { MINUTE_MS, SECOND_MS, startVirtualWorld } from '../support/virtual-world.ts';
import { CALL_ID, type Reported } from './reported.ts';

/** A bot that never answers gets the notification; Graph waits 5 s for the word of one that records by policy. */
async function relayedToSilence({ relay, body }: PlainObject): Promise<void> {
  expect(relay).toBe('a bot that never answers');
  const bot = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => bot.once('listening', resolve));
  const url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`;
  try {
    const world = await startVirtualWorld({
      dependencies: ({ clock }) => {
        const toBot = createBotRelay({ url, timeoutMs: 10 * SECOND_MS, policyTimeoutMs: 3 * SECOND_MS, clock });
        return { relay: { send: (request) => clock.suspend(toBot.send(request)) } };
      },
    });
    const answered = world.notify(body);
    const early = await Promise.race([answered, world.clock.runFor(3 * SECOND_MS - 1).then(() => 'none yet')]);
    expect(early).toBe('none yet');
    await world.clock.runFor(1);
    expect((await answered).status).toBe(504);
    const { record } = await world.getCall(CALL_ID);
    expect(JSON.stringify([record, world.lines])).not.toContain('INVENTED-JOIN-TOKEN');
  } finally {
    bot.closeAllConnections();
    bot.close();
  }
}

export const notificationReports: Readonly<Record<string, Reported>> = {
  'undeliverable-message-text': async ({ before, body }) => {
    const world = await startVirtualWorld();
    await world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });
    expect((await world.notify(before)).status).toBe(202);
    expect((await world.notify(body)).status).toBe(202);
    await world.clock.runFor(SECOND_MS);
    const status = await world.status(CALL_ID);
    expect(status).toMatchObject({ runtimeStatus: 'Completed', output: { resultInfo: { message: 'x\uFFFDy' } } });
    expect(JSON.stringify(status)).not.toMatch(/[\uFFFE\uFFFF]/);
  },

  'escaped-body': async ({ body }) => {
    const world = await startVirtualWorld();
    await world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });
    const answer = await world.request('POST', '/api/notifications', {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${world.graph.signCallbackToken()}` },
      body: String(body),
    });
    expect(answer.status).toBe(202);
    await world.clock.runFor(0);
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Running' });
  },

  'legacy-incoming': async ({ body }) => {
    const world = await startVirtualWorld();
    expect((await world.notify(body)).status).toBe(204);
    expect(await world.hub.queryInstances({ limit: 10 })).toEqual([]);
  },

  'redirect-ids-differ': async ({ before, body }) => {
    const world = await startVirtualWorld();
    const callIds = [CALL_ID, '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5'];
    for (const callId of callIds) await world.startCall({ callId, establishAfterSeconds: 3_600 });
    for (const notification of Array.isArray(before) ? before : []) await world.notify(notification);
    expect((await world.notify(body)).status).toBe(202);
    await world.clock.runFor(MINUTE_MS);
    for (const callId of callIds) expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
    expect(world.events.filter(({ event }) => event === 'call.ended')).toEqual([]);
  },

  'opaque-call-id': async ({ body }) => {
    const world = await startVirtualWorld();
    expect((await world.notify(body)).status).toBe(202);
    expect(await world.hub.queryInstances({ limit: 10 })).toEqual([]);
    const told = world.events.filter(({ event }) => event === 'notification.unknownIds');
    expect(told).toMatchObject([{ level: 'error', entries: 1 }]);
  },

  'policy-compliance-observed': relayedToSilence,
  'policy-compliance-reason-only': relayedToSilence,

  'policy-ended-7106': async ({ before, body }) => {
    const world = await startVirtualWorld();
    await world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });
    await world.notify(before);
    expect((await world.notify(body)).status).toBe(202);
    await world.clock.runFor(10 * SECOND_MS);
    const resultInfo = { code: 500, subcode: 7106 };
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Completed', output: { resultInfo } });
    expect((await world.getCall(CALL_ID)).record).toMatchObject({ resultInfo, terminationReason: 'CallTerminated' });
    expect(world.countEvents('call.ended', CALL_ID)).toBe(1);
  },

  'roster-5000': async ({ body }) => {
    const [few, many] = [5_000, 12_000];
    expect(body).toContain(`${few.toLocaleString('en')} entries`);
    expect(body).toContain(`of ${many.toLocaleString('en')}`);
    const world = await startVirtualWorld();
    expect((await world.notify(rosterOf(CALL_ID, few))).status).toBe(202);
    expect((await world.notify(rosterOf(CALL_ID, many))).status).toBe(413);
  },

  'short-join-link': async (input) => {
    const [request = '', body] = Object.entries(input)[0] ?? [];
    const [method = '', path = ''] = request.split(' ');
    const world = await startVirtualWorld();
    for (const state of ['establishing', 'established'] as const) {
      world.graph.addFault({ operation: 'notification', state, lost: true });
    }
    await world.startCall({ callId: CALL_ID });
    const headers = { 'content-type': 'application/json' };
    const answer = await world.request(method, path, { headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(202);
    const type = '#microsoft.graph.joinMeetingIdMeetingInfo';
    const meetingInfo = { '@odata.type': type, joinMeetingId: '2414128301281', passcode: 'INVENTEDpass' };
    expect((await world.getCall(CALL_ID)).record).toMatchObject({ facts: { meetingInfo } });
  },
};
