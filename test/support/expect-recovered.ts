import { expect } from 'vitest';
import type { VirtualWorld } from './virtual-world.ts';

/** Graph ends a call without a success for this long. */
export const LIMIT_MINUTES = 45;

/** The call still lives, its orchestration runs, and Graph never went 45 minutes without a success. */
export async function expectRecovered(world: VirtualWorld, callId: string): Promise<void> {
  expect(world.graph.call(callId)?.state).toBe('established');
  const successes = world.keepAlives(callId).filter(({ status }) => status === 200);
  const gaps = successes.map(({ minute }, index) => minute - (successes[index - 1]?.minute ?? 0));
  expect(gaps.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...gaps)).toBeLessThan(LIMIT_MINUTES);
  expect(await world.status(callId)).toMatchObject({
    runtimeStatus: 'Running',
    customStatus: { phase: 'waiting', consecutiveFailures: 0 },
  });
}
