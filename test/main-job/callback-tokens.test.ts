import { describe, expect, test } from 'vitest';
import { callNotification } from '../support/call-notification.ts';
import { tokenAttacks } from '../support/token-attacks.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';

const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const ESTABLISHED = callNotification(CALL_ID, 'established');

async function expectNothingWritten(world: VirtualWorld): Promise<void> {
  const records: unknown[] = [];
  for await (const stored of world.store.list(['observed', 'starting', 'active', 'ended'])) records.push(stored);
  expect(records).toEqual([]);
  expect(await world.hub.queryInstances({ limit: 10 })).toEqual([]);
}

describe('a notification', () => {
  test('with a good token starts the call, so that what follows proves something', async () => {
    const world = await startVirtualWorld();
    expect((await world.notify(ESTABLISHED)).status).toBe(202);
    expect(await world.hub.queryInstances({ limit: 10 })).toHaveLength(1);
  });

  test.each(tokenAttacks(WORLD_START_MS / 1_000))(
    'with a token $attack gets 401 and writes nothing',
    async ({ claims }) => {
      const world = await startVirtualWorld();
      const answer = await world.notify(ESTABLISHED, world.graph.signCallbackToken(claims));
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      await expectNothingWritten(world);
    },
  );

  test.each([
    ['no Authorization header', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['an empty token', 'Bearer '],
    ['a token that is none', 'Bearer not.a.token'],
  ])('with %s gets 401 and writes nothing', async (_what, authorization) => {
    const world = await startVirtualWorld();
    const answer = await world.request('POST', '/api/notifications', {
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify(ESTABLISHED),
    });
    expect(answer.status).toBe(401);
    await expectNothingWritten(world);
  });

  test('whose payload was changed after signing gets 401 and writes nothing', async () => {
    const world = await startVirtualWorld();
    const [header, , signature] = world.graph.signCallbackToken({ aud: 'somebody-else' }).split('.');
    const [, payload] = world.graph.signCallbackToken().split('.');
    expect((await world.notify(ESTABLISHED, [header, payload, signature].join('.'))).status).toBe(401);
    await expectNothingWritten(world);
  });

  test('signed with a key that was withdrawn gets 401, one with the new key 202', async () => {
    const world = await startVirtualWorld();
    const old = world.graph.signCallbackToken();
    world.graph.rotateKeys({ dropOld: true });
    expect((await world.notify(ESTABLISHED, old)).status).toBe(401);
    await expectNothingWritten(world);
    await world.clock.runFor(5 * MINUTE_MS);
    expect((await world.notify(ESTABLISHED)).status).toBe(202);
  });
});
