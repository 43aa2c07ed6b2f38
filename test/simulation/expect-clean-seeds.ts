import { expect } from 'vitest';
import { runSimulation } from '../../local/simulation/run-simulation.ts';
import { toCommand } from '../../local/simulation/shrink.ts';
import { HALF_A_DAY_HOURS } from './half-a-day.ts';

/** Ten half days of calls, one seed each: no invariant breaks, and something has happened. */
export async function expectCleanSeeds(from: number): Promise<void> {
  const sums = { calls: 0, keepAlives: 0 };
  for (let seed = from; seed < from + 10; seed++) {
    const choice = { seed, hours: HALF_A_DAY_HOURS, without: [] };
    const { violations, calls, keepAlives } = await runSimulation(choice);
    expect(violations, toCommand(choice)).toEqual([]);
    sums.calls += calls;
    sums.keepAlives += keepAlives;
  }
  expect(sums.calls).toBeGreaterThanOrEqual(40);
  expect(sums.keepAlives).toBeGreaterThan(200);
}
