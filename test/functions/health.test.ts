import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { SECOND_MS, startVirtualWorld } from '../support/virtual-world.ts';

test('asking often costs one read in five seconds', async () => {
  let reads = 0;
  const store = createMemoryCallStore({ before: () => void reads++ });
  const world = await startVirtualWorld({ store });
  const ask = async () => (await world.request('GET', '/api/health')).status;
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
  await world.clock.runFor(5 * SECOND_MS - 1);
  expect([await ask(), reads]).toEqual([200, 1]);
  await world.clock.runFor(1);
  expect([await ask(), reads]).toEqual([200, 2]);
});
