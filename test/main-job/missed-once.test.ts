import { expect, test } from 'vitest';
import { callNotification } from '../support/call-notification.ts';
import { startVirtualWorld } from '../support/virtual-world.ts';

const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';

test('that Graph ended a call for want of a keepAlive is told once, however often Graph says so', async () => {
  const world = await startVirtualWorld();
  await world.notify(callNotification(CALL_ID, 'established'));
  const resource = `/app/calls/${CALL_ID}`;
  const resourceData = { state: 'terminated', resultInfo: { code: 408, subcode: 8537 } };
  const missed = { value: [{ changeType: 'deleted', resource, resourceData }] };
  for (let time = 0; time < 3; time++) await world.notify(missed);
  await Promise.all([1, 2, 3].map(() => world.notify(missed)));
  expect(world.countEvents('call.keepAliveMissed', CALL_ID)).toBe(1);
});
