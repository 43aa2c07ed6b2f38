import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import { callNotification } from '../support/call-notification.ts';
import {
  MINUTE_MS,
  SECOND_MS,
  startVirtualWorld,
  type VirtualWorld,
  WORLD_START_MS,
} from '../support/virtual-world.ts';

/** What public bug reports tell of: each file names its source. */
function readInput(name: string): PlainObject {
  const report: unknown = JSON.parse(
    readFileSync(new URL(`../fixtures/reports/${name}.json`, import.meta.url), 'utf8'),
  );
  const input = isPlainObject(report) ? report.input : undefined;
  if (!isPlainObject(input)) throw new Error(`the report ${name} has no input`);
  return input;
}

const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const ESTABLISHED = callNotification(CALL_ID, 'established');
const isRunning = async (world: VirtualWorld) => (await world.status(CALL_ID)).runtimeStatus;

test('text that no queue message can carry never enters an input, an event or an output of the engine', async () => {
  const { before, body } = readInput('undeliverable-message-text');
  const world = await startVirtualWorld();
  expect((await world.notify(before)).status).toBe(202);
  expect((await world.notify(body)).status).toBe(202);
  await world.clock.runFor(SECOND_MS);
  const status = await world.status(CALL_ID);
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: { resultInfo: { message: 'x\uFFFDy' } } });
  expect(JSON.stringify(status)).not.toMatch(/[\uFFFE\uFFFF]/);
});

describe('a token', () => {
  test('of a key published within the minute is asked for again, never refused, and accepted then', async () => {
    const world = await startVirtualWorld();
    await world.notify(callNotification('11111111-2222-4333-8444-555555555555', 'establishing'));
    world.graph.rotateKeys();
    const answer = await world.notify(ESTABLISHED);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(world.events.at(-1)).toMatchObject({ event: 'notification.rejected', status: 503, reason: 'unknownKey' });
    await world.clock.runFor(10 * SECOND_MS);
    expect((await world.notify(ESTABLISHED)).status).toBe(202);
  });

  test('whose issuer ends in a slash is refused, unless the settings name it', async () => {
    const world = await startVirtualWorld();
    const token = world.graph.signCallbackToken({ iss: 'https://api.botframework.com/' });
    expect((await world.notify(ESTABLISHED, token)).status).toBe(401);
  });

  test('with the claims of a real one is accepted', async () => {
    const seconds = WORLD_START_MS / 1_000;
    const world = await startVirtualWorld();
    const claims = { appid: '26a18ebc-0000-4000-8000-000000000001', iat: undefined, nbf: seconds, exp: seconds + 300 };
    expect((await world.notify(ESTABLISHED, world.graph.signCallbackToken(claims))).status).toBe(202);
  });
});

test('a body with escapes in names and values means the same as one without', async () => {
  const world = await startVirtualWorld();
  const { body } = readInput('escaped-body');
  const answer = await world.request('POST', '/api/notifications', {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.graph.signCallbackToken()}` },
    body: String(body),
  });
  expect(answer.status).toBe(202);
  await world.clock.runFor(0);
  expect(await isRunning(world)).toBe('Running');
});

test('an incoming call in the old format gets 204 and starts nothing', async () => {
  const world = await startVirtualWorld();
  expect((await world.notify(readInput('legacy-incoming').body)).status).toBe(204);
  expect(await world.hub.queryInstances({ limit: 10 })).toEqual([]);
});

test('an end whose path and data name two calls ends neither', async () => {
  const { before, body } = readInput('redirect-ids-differ');
  const world = await startVirtualWorld();
  for (const notification of Array.isArray(before) ? before : []) await world.notify(notification);
  expect((await world.notify(body)).status).toBe(202);
  await world.clock.runFor(MINUTE_MS);
  expect(world.events.filter(({ event }) => event === 'call.ended')).toEqual([]);
});

test('a 404 that does not speak of the call ends nothing within its 45 minutes', async () => {
  const world = await startVirtualWorld();
  const callId = await world.startCall();
  world.graph.addFault({ operation: 'keepAlive', status: 404, errorCode: 'UnknownError', times: 'always' });
  await world.clock.runFor(44 * MINUTE_MS);
  expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });
  expect(readInput('keepalive-404-not-of-the-call')).toHaveProperty('keepAlive.status', 404);
});

test('that Graph ended a call for want of a keepAlive is told once, however often Graph says so', async () => {
  const world = await startVirtualWorld();
  await world.notify(ESTABLISHED);
  const resource = `/app/calls/${CALL_ID}`;
  const resourceData = { state: 'terminated', resultInfo: { code: 408, subcode: 8537 } };
  const missed = { value: [{ changeType: 'deleted', resource, resourceData }] };
  for (let time = 0; time < 3; time++) await world.notify(missed);
  await Promise.all([1, 2, 3].map(() => world.notify(missed)));
  expect(world.countEvents('call.keepAliveMissed', CALL_ID)).toBe(1);
});
