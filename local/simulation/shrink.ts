import { FAULT_KINDS } from './fault-kinds.ts';
import { planSimulation, type SimulationChoice } from './plan.ts';

/**
 * Leaves out of a failing choice what it does not need to fail: calls, then kinds of faults. Greedy.
 *
 * Shape: failing choice, test of another one → a choice that fails, too, with as little in it as was found.
 */
export async function shrink(
  failing: SimulationChoice,
  fails: (choice: SimulationChoice) => Promise<boolean>,
): Promise<SimulationChoice> {
  const plan = planSimulation(failing);
  const numbers = plan.calls.map(({ number }) => number);
  let smallest = failing;
  const leaveOut = async (candidate: SimulationChoice) => {
    if (await fails(candidate)) smallest = candidate;
  };
  for (const number of numbers) if (smallest.calls === undefined) await leaveOut({ ...smallest, calls: [number] });
  for (const kind of FAULT_KINDS.filter(plan.has)) {
    await leaveOut({ ...smallest, without: [...smallest.without, kind] });
  }
  for (const number of smallest.calls === undefined ? numbers : []) {
    await leaveOut({ ...smallest, calls: (smallest.calls ?? numbers).filter((other) => other !== number) });
  }
  return smallest;
}

/** The command that replays the choice. */
export function toCommand({ seed, hours, without, calls }: SimulationChoice): string {
  return [
    `npm run simulate -- --seed ${seed} --hours ${hours}`,
    ...(without.length === 0 ? [] : [`--without ${without.join(',')}`]),
    ...(calls === undefined ? [] : [`--calls ${calls.join(',')}`]),
    '--trace',
  ].join(' ');
}
