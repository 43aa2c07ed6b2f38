import { parseArgs } from 'node:util';
import { type CommandLine, readCommandLine } from '../command-line.ts';
import { parseWholeNumber } from '../whole-number.ts';
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

export const SIMULATION_HELP = `Simulates days of calls in virtual time, with seeded faults, and checks what is promised. Exit code 1: a promise broke;
the smallest command that shows it is printed.

Usage: npm run simulate -- [options]

  --seeds N             how many days, one a seed (default 100)
  --from N              the first seed (default 1)
  --seed N              this one only
  --hours N             how long a day is (default 24)
  --trace               with --seed: every request, fault and turn
  --no-shrink           do not look for the smallest command
  --until-failure       one seed after the other, up to the first that fails
  --invariant LETTER    with --until-failure: only this one counts (${Object.keys(INVARIANTS).toSorted().join(', ')})
  --without KIND,KIND   leave out these kinds of faults
  --calls N,N           only the calls with these numbers
  --help                this text

Kinds of faults: ${FAULT_KINDS.join(', ')}`;

/** Shape: arguments → options | help | the one thing that is wrong.  Errors: none. */
export function parseSimulationCommand(args: readonly string[]): CommandLine<SimulationCommand> {
  return readCommandLine(() => {
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
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const { seed, invariant, calls } = values;
    return {
      from: seed === undefined ? toNumber('--from', values.from) : toNumber('--seed', seed),
      seeds: seed === undefined ? toNumber('--seeds', values.seeds) : 1,
      hours: parseWholeNumber('--hours', values.hours, 1, 10_000),
      trace: values.trace,
      shrink: values.shrink && !values['until-failure'],
      untilFailure: values['until-failure'] || seed !== undefined,
      ...(invariant === undefined ? {} : { invariant: toInvariant(invariant) }),
      without: values.without.split(',').filter(Boolean).map(toFaultKind),
      ...(calls === undefined ? {} : { calls: calls.split(',').map((text) => toNumber('--calls', text)) }),
    };
  });
}

function toNumber(flag: string, text: string): number {
  return parseWholeNumber(flag, text, 0, 999_999_999);
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
