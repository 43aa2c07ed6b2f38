import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';

export interface SimulationCommand {
  readonly from: number;
  readonly seeds: number;
  readonly hours: number;
  readonly trace: boolean;
  readonly shrink: boolean;
  /** One seed after the other, and none after the first that fails. */
  readonly untilFailure: boolean;
  /** With `untilFailure`: only this invariant counts. */
  readonly invariant?: Invariant;
  readonly without: readonly FaultKind[];
  readonly calls?: readonly number[];
}

export const USAGE = `npm run simulate -- [--seeds 100] [--from 1] [--hours 24] [--no-shrink] [--until-failure [--invariant a]]
npm run simulate -- --seed N [--trace] [--hours 24] [--without kind,kind] [--calls 0,2]
Kinds of faults: ${FAULT_KINDS.join(', ')}`;

/** Reads the command line. Errors: Error that says what is wrong with it. */
export function parseSimulationCommand(args: readonly string[]): SimulationCommand {
  if (args.includes('--help'))
    throw new Error('Simulates days of calls with seeded faults, and checks what is promised.');
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      hours: { type: 'string', default: '24' },
      trace: { type: 'boolean', default: false },
      shrink: { type: 'boolean', default: true },
      'until-failure': { type: 'boolean', default: false },
      invariant: { type: 'string' },
      without: { type: 'string', default: '' },
      calls: { type: 'string' },
    },
  });
  return {
    from: toNumber('seed', values.seed ?? values.from),
    seeds: values.seed === undefined ? toNumber('seeds', values.seeds) : 1,
    hours: toHours(values.hours),
    trace: values.trace,
    shrink: values.shrink && !values['until-failure'],
    untilFailure: values['until-failure'] || values.seed !== undefined,
    ...(values.invariant === undefined ? {} : { invariant: toInvariant(values.invariant) }),
    without: values.without.split(',').filter(Boolean).map(toFaultKind),
    ...(values.calls === undefined ? {} : { calls: values.calls.split(',').map((text) => toNumber('calls', text)) }),
  };
}

function toHours(text: string): number {
  const hours = toNumber('hours', text);
  if (hours < 1) throw new Error('--hours 0: give at least 1.');
  return hours;
}

function toNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: give whole numbers.`);
  return Number(text);
}

function toInvariant(text: string): Invariant {
  if (!Object.hasOwn(INVARIANTS, text)) throw new Error(`--invariant ${text}: there is no such invariant.`);
  return text as Invariant;
}

function toFaultKind(text: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === text);
  if (kind === undefined) throw new Error(`--without ${text}: there is no such kind of fault.`);
  return kind;
}
