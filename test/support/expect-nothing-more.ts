import { expect } from 'vitest';
import { HOUR_MS, type VirtualWorld } from './virtual-world.ts';

/** Graph tells no more of the call: its orchestration and record stay as they are, and Graph is not asked again. */
export async function expectNothingMore(world: VirtualWorld, callId: string): Promise<void> {
  world.graph.addFault({ operation: 'notification', callId, times: 'always', lost: true });
  const before = await world.getCall(callId);
  const keepAlives = world.keepAlives(callId).length;
  await world.clock.runFor(3 * HOUR_MS);
  expect(world.keepAlives(callId)).toHaveLength(keepAlives);
  expect(await world.getCall(callId)).toEqual(before);
}
