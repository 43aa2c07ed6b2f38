import { FAULT_KINDS } from './fault-kinds.ts';
import { planSimulation, type SimulationChoice } from './plan.ts';
import { runSimulation } from './run-simulation.ts';

const MOST_RUNS = 150;

/**
 * Leaves out of a failing choice what it does not need to fail: calls, then kinds of faults. Greedy; what counts is that
 * the same invariant breaks, for whichever call.
 *
 * Shape: failing choice → a choice that fails, too, with as little in it as was found.
 */
export async function shrink(failing: SimulationChoice, invariant: string): Promise<SimulationChoice> {
  let runs = 0;
  const fails = async (choice: SimulationChoice) => {
    if (++runs > MOST_RUNS) return false;
    return (await runSimulation(choice)).violations.some((violation) => violation.invariant === invariant);
  };
  const firstFailing = async (candidates: readonly SimulationChoice[]) => {
    for (const candidate of candidates) if (await fails(candidate)) return candidate;
    return undefined;
  };
  const plan = planSimulation(failing);
  const numbers = plan.calls.map(({ number }) => number);
  let smallest = (await firstFailing(numbers.map((number) => ({ ...failing, calls: [number] })))) ?? failing;
  for (const kind of FAULT_KINDS.filter(plan.has)) {
    const candidate = { ...smallest, without: [...smallest.without, kind] };
    if (await fails(candidate)) smallest = candidate;
  }
  for (const number of smallest.calls === undefined ? numbers : []) {
    const candidate = { ...smallest, calls: (smallest.calls ?? numbers).filter((other) => other !== number) };
    if (await fails(candidate)) smallest = candidate;
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
