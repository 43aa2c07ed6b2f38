import { parseArgs } from 'node:util';
import { type CommandLine, parseHubKind, readCommandLine } from '../command-line.ts';
import { parseWholeNumber } from '../whole-number.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly calls: number;
  readonly speed: number;
  readonly seed: number;
  readonly storage: 'sqlite' | 'memory';
}

export const CHAOS_HELP = `Kills the local host (kill -9) again and again while it keeps calls alive, and counts what Graph saw of it.

The simulated Graph, Azurite and the host are processes of their own; only the host is killed, each time in the middle
of keepAlives, and started again at once. The numbers are from the simulated Graph's log. Exit code 1: a call was lost.

Usage: npm run chaos -- [options]

  --kills N         how often to kill (default 20)
  --calls N         calls to keep alive meanwhile (default 500)
  --speed S         divides every duration of a call (default 90: a keepAlive every 10 s, a call ends after 30 s without)
  --seed N          chooses the moments (default: another one each time; it is printed)
  --storage memory  without the file: shows that calls are lost then
  --help            this text`;

/** Shape: arguments → options | help | the one thing that is wrong.  Errors: none. */
export function parseChaosOptions(args: readonly string[], anySeed: number): CommandLine<ChaosOptions> {
  return readCommandLine(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string', default: '20' },
        calls: { type: 'string', default: '500' },
        speed: { type: 'string', default: '90' },
        seed: { type: 'string', default: String(anySeed) },
        storage: { type: 'string', default: 'sqlite' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    return {
      kills: parseWholeNumber('--kills', values.kills, 1, 10_000),
      calls: parseWholeNumber('--calls', values.calls, 1, 100_000),
      speed: parseWholeNumber('--speed', values.speed, 1, 900),
      seed: parseWholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
      storage: parseHubKind(values.storage),
    };
  });
}
