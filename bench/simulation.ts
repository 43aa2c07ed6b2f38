import { runSimulation } from '../local/simulation/run-simulation.ts';
import { threadCpuMs } from './alternate.ts';
import type { Bench } from './bench.ts';

export const simulation: Bench = {
  name: 'simulation',
  about: 'Seeds of `npm run simulate`: days of calls in virtual time with faults, for a minute of CPU of one core.',
  notMeasured: 'how many cores there are: the command takes all, `npm test` two.',
  async run(effort) {
    const seeds = effort === 'full' ? 30 : 1;
    const hours = effort === 'full' ? 24 : 1;
    const beforeMs = threadCpuMs();
    for (let seed = 1; seed <= seeds; seed++) {
      const { violations } = await runSimulation({ seed, hours, without: [] });
      if (violations.length > 0)
        throw new Error(`seed ${seed} breaks an invariant: npm run simulate -- --seed ${seed}`);
    }
    const value = (60_000 * seeds) / (threadCpuMs() - beforeMs);
    return [{ what: `seeds of ${hours} hours`, value, unit: 'a minute', aim: { atLeast: 40 } }];
  },
};
