import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly port: number;
  readonly graphPort: number;
  readonly speed: number;
  readonly demo: boolean;
  readonly auth: boolean;
  readonly storage: 'memory';
}

export const START_HELP = `Runs the app on this machine: the local Functions host, a simulated Microsoft Graph and Azurite.

Usage: npm start -- [options]

  --port N          port of the app (default 7071)
  --graph-port N    port of the simulated Graph (default 7072)
  --speed S         divides every duration of a call, the 45 minutes too; 1 = real time (default 180: a keepAlive every 5 s)
  --no-demo         make no calls by itself
  --no-auth         open the function, master and system keys; callback tokens are verified all the same
  --storage memory  keep everything in memory, with a throw-away Azurite on a free port
  --help            this text

The settings of the app (BOT_APP_ID, ALLOWED_TENANT_IDS, ...) may be set in the environment: they win over what the flags imply.`;

const DEFAULT_SPEED = 180;

/**
 * Reads the command line.
 *
 * Shape: arguments → options | help | the one thing that is wrong.  Errors: none.
 */
export function parseStartOptions(
  args: readonly string[],
):
  | { readonly kind: 'options'; readonly options: StartOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7071' },
        'graph-port': { type: 'string', default: '7072' },
        speed: { type: 'string', default: String(DEFAULT_SPEED) },
        demo: { type: 'boolean', default: true },
        auth: { type: 'boolean', default: true },
        storage: { type: 'string', default: 'memory' },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) return { kind: 'help' };
    if (values.storage !== 'memory') throw new Error('--storage knows one kind: memory.');
    return {
      kind: 'options',
      options: {
        port: wholeNumber('--port', values.port, 0, 65_535),
        graphPort: wholeNumber('--graph-port', values['graph-port'], 0, 65_535),
        speed: wholeNumber('--speed', values.speed, 1, 2_700),
        demo: values.demo,
        auth: values.auth,
        storage: values.storage,
      },
    };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new Error(`${flag} takes a whole number from ${least} to ${most}, not "${text}".`);
  }
  return number;
}
