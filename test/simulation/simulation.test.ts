import { describe, expect, test } from 'vitest';
import { createRandom } from '../../local/random.ts';
import { FAULT_KINDS } from '../../local/simulation/fault-kinds.ts';
import { createJournal } from '../../local/simulation/journal.ts';
import { planSimulation, type SimulationChoice } from '../../local/simulation/plan.ts';
import { runSimulation } from '../../local/simulation/run-simulation.ts';
import { shrink, toCommand } from '../../local/simulation/shrink.ts';
import { parseSimulationCommand, SIMULATION_HELP } from '../../local/simulation/simulation-options.ts';

const SIX_HOURS = { hours: 6, without: [] };

describe('a simulation', () => {
  test('gives the same trace for the same seed', async () => {
    const traces: string[][] = [[], []];
    const digests: string[] = [];
    for (const trace of traces) {
      digests.push((await runSimulation({ seed: 11, ...SIX_HOURS }, (line) => trace.push(line))).digest);
    }
    expect(traces[0]?.length).toBeGreaterThan(200);
    expect(traces[1]).toEqual(traces[0]);
    expect(digests[1]).toBe(digests[0]);
  });

  test('gives the same digest wherever its source lies', () => {
    const digestOf = (line: string) => {
      const journal = createJournal({ nowMs: () => 0 });
      journal.note(line);
      return journal.digest();
    };
    const here = digestOf('fails: Error: no\n    at one (/here/a.ts:1:2)\n    at async /here/b.ts:3:4');
    expect(digestOf('fails: Error: no\n    at other (/there/a.ts:5:6)')).toBe(here);
    expect(digestOf('fails: Error: yes\n    at one (/here/a.ts:1:2)')).not.toBe(here);
  });

  test('gives another trace for another seed', async () => {
    const one = await runSimulation({ seed: 3, ...SIX_HOURS });
    const other = await runSimulation({ seed: 4, ...SIX_HOURS });
    expect(one.digest).not.toBe(other.digest);
  });

  test('has calls of short generations, of long ones, and of those of production', () => {
    const lengths = Array.from(
      { length: 40 },
      (_, seed) => planSimulation({ seed, ...SIX_HOURS }).attemptsPerGeneration,
    );
    expect(new Set(lengths)).toEqual(new Set([4, 8, 16, 48]));
  });

  test('has the same calls and outages when one kind of fault is left out', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const whole = planSimulation({ seed, ...SIX_HOURS });
      const less = planSimulation({ seed, hours: 6, without: ['tableOutage'] });
      expect(less.calls).toEqual(whole.calls);
      expect(less.outages).toEqual(whole.outages.filter(({ part }) => part !== 'table'));
      expect(less.rate('graphSlow', 1)).toBe(whole.rate('graphSlow', 1));
    }
  });
});

describe('shrinking a failure', () => {
  const failing: SimulationChoice = { seed: 11, ...SIX_HOURS };

  test('leaves the one call and the kinds of faults that it needs', async () => {
    const plan = planSimulation(failing);
    const kinds = ['crashAfterCommit', 'tableSlow', 'graphOutage', 'twoHosts'] as const;
    const needed = kinds.filter(plan.has)[0];
    expect(needed).toBeDefined();
    const small = await shrink(failing, async (choice) => {
      const { has, calls } = planSimulation(choice);
      return needed !== undefined && has(needed) && calls.some(({ number }) => number === 2);
    });
    expect(small.calls).toEqual([2]);
    expect(planSimulation(small).has(needed ?? 'tableSlow')).toBe(true);
    expect(kinds.filter(planSimulation(small).has)).toEqual([needed]);
  });

  test('leaves several calls when it takes several', async () => {
    const small = await shrink(failing, async (choice) => {
      const numbers = planSimulation(choice).calls.map(({ number }) => number);
      return numbers.includes(0) && numbers.includes(2);
    });
    expect(small.calls).toEqual([0, 2]);
  });

  test('gives back what cannot be made smaller', async () => {
    expect(await shrink(failing, async () => false)).toEqual(failing);
  });
});

describe('the command', () => {
  test('that is printed is read as it was meant', () => {
    const command = toCommand({ seed: 7, hours: 24, without: ['graphSlow', 'twoHosts'], calls: [0, 2] });
    expect(command).toMatch(/^npm run simulate -- /);
    const read = parseSimulationCommand(command.split(' ').slice(4));
    expect(read).toMatchObject({
      kind: 'options',
      options: { from: 7, seeds: 1, hours: 24, trace: true, without: ['graphSlow', 'twoHosts'], calls: [0, 2] },
    });
  });

  test.each([
    [['--seeds', 'many'], '--seeds takes a whole number'],
    [['--hours', '0'], '--hours takes a whole number from 1'],
    [['--without', 'rain'], '--without rain: there is no such kind of fault.'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('refuses %j', (args, problem) => {
    expect(parseSimulationCommand(args)).toEqual({ kind: 'wrong', problem: expect.stringContaining(problem) });
  });

  test('tells every option when it is asked for help', () => {
    expect(parseSimulationCommand(['--help'])).toEqual({ kind: 'help' });
    for (const kind of FAULT_KINDS) expect(SIMULATION_HELP).toContain(kind);
  });
});

test('random streams of different names do not depend on each other', () => {
  const draw = (...names: readonly string[]) => {
    const random = createRandom(...names);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(draw('1', 'a')).toEqual(draw('1', 'a'));
  expect(draw('1', 'a')).not.toEqual(draw('1', 'b'));
  for (const value of draw('2')) expect(value >= 0 && value < 1).toBe(true);
});
