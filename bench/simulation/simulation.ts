import { alternate, median, medianRatio } from '../alternate.ts';
import type { Bench } from '../bench.ts';
import { importBundled } from '../bundled.ts';
import type * as Days from './simulate-days.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const simulation: Bench = {
  name: 'simulation',
  about:
    'Calls of 24 hours in virtual time, from the notification to the clean-up, with the real app, durable-functions and the ' +
    'engine: CPU of one core. Text = what goes to functions is JSON, and each turn replays its history, as on the real host; ' +
    "fast = objects, and an orchestrator goes on from turn to turn; each generation's last turn is replayed as a check.",
  notMeasured: 'other processes; a real table; many thousand calls at once, whose histories do not fit the caches.',
  async run(effort) {
    const full = effort === 'full';
    const { simulateDays } = (await importBundled(`${import.meta.dirname}/simulate-days.ts`)) as typeof Days;
    const run = (fast: boolean) => () =>
      simulateDays({ fast, calls: full ? 20 : 1, forMs: full ? DAY_MS : 60 * MINUTE_MS });
    const values = await alternate({ text: run(false), fast: run(true) }, full ? 12 : 1);
    const fast = median(values.fast);
    return [
      { what: 'text', value: 1_000 / median(values.text), unit: 'keepAlives/s' },
      { what: 'fast', value: 1_000 / fast, unit: 'keepAlives/s', aim: { atLeast: 10_000 } },
      { what: 'fast', value: 1_000 / fast / 96, unit: 'days of a call/s' },
      { what: 'text ÷ fast', value: medianRatio(values.text, values.fast), unit: '× CPU' },
    ];
  },
};
