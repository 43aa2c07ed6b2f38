import { alternate, median } from '../alternate.ts';
import type { Bench } from '../bench.ts';
import { simulateDays } from './simulate-days.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const simulation: Bench = {
  name: 'simulation',
  about:
    'Calls of 24 hours in virtual time, from the notification to the clean-up, with the real app, durable-functions and the ' +
    'engine: CPU of one core.',
  notMeasured: 'other processes; a real table; many thousand calls at once, whose histories do not fit the caches.',
  async run(effort) {
    const full = effort === 'full';
    const run = () => simulateDays({ calls: full ? 20 : 1, forMs: full ? DAY_MS : 60 * MINUTE_MS });
    const cpuMs = median((await alternate({ run }, full ? 12 : 1)).run);
    return [
      { what: 'keepAlives', value: 1_000 / cpuMs, unit: 'keepAlives/s' },
      { what: 'days of a call', value: 1_000 / cpuMs / 96, unit: 'days of a call/s' },
    ];
  },
};
