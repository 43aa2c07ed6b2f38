import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CommandLine, parseHubKind, readCommandLine } from './command-line.ts';
import { EXTENSION_TRAPS, type ExtensionTrap } from './durable-extension/extension-traps.ts';
import { parseWholeNumber } from './whole-number.ts';

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly port: number;
  readonly graphPort: number;
  readonly speed: number;
  readonly demo: boolean;
  readonly auth: boolean;
  readonly storage: 'sqlite' | 'memory';
  /** Folder of everything that a run keeps: task hub, table of calls, keys. Absolute. */
  readonly data: string;
  /** Begin with an empty task hub and table. */
  readonly fresh: boolean;
  /** Folder of the function app: host.json, package.json and what its `main` names. Absolute. */
  readonly app: string;
  /** What the engine plays of the real extension's delays. */
  readonly traps: readonly ExtensionTrap[];
  /** Bundle the app anew before it is loaded. */
  readonly build: boolean;
  /** The bot that every notification is relayed to. */
  readonly relay: string | undefined;
}

export const START_HELP = `Runs the app on this machine: the local Functions host, a simulated Microsoft Graph and Azurite.

Usage: npm start -- [options]

  --port N          port of the app (default 7071)
  --graph-port N    port of the simulated Graph (default 7072)
  --speed S         divides every duration of a call, the 45 minutes too; 1 = real time (default 180: a keepAlive every 5 s).
                    The app's timers, reconcileCalls above all, keep real time: what they mend is to be seen with 1
  --no-demo         make no calls by itself
  --relay URL       relay every notification to a bot, such as http://127.0.0.1:3978/api/calls, and give Graph its answer
  --no-auth         open the function, master and system keys; callback tokens are verified all the same
  --storage KIND    sqlite (default): the task hub in DIR/hub.sqlite, where each step is on the disk before it is
                    acknowledged, and Azurite's table in DIR/azurite. A killed host goes on where it was. Azurite
                    itself writes every 5 s and when it stops: if it is killed too, or the power fails, the last
                    seconds of the table are lost, and reconcileCalls repairs them from the task hub.
                    memory: everything is gone when this stops
  --data DIR        where that is kept, with the keys (default .local); one host at a time
  --app DIR         folder of the function app, such as an unpacked package (default: this repository)
  --traps LIST      delays of the real Durable extension that the local engine plays too: lost-events, early-timers,
                    polling (every 10 s), separated by commas, or all (default none)
  --build           bundle the app first (npm start says so); not before folder and port are known to be free
  --fresh           forget what an earlier run left in the task hub and the table
  --help            this text

The settings of the app (BOT_APP_ID, ALLOWED_TENANT_IDS, ...) may be set in the environment: they win over what the flags
imply. With GRAPH_BASE_URL no Graph is simulated here (npm run simulated-graph runs one in a process of its own), with
AzureWebJobsStorage no Azurite is started.`;

const DEFAULT_SPEED = 180;
const REPOSITORY = resolve(import.meta.dirname, '..');
const DEFAULT_DATA = resolve(REPOSITORY, '.local');

/**
 * Reads the command line.
 *
 * Shape: arguments → options | help | the one thing that is wrong.  Errors: none.
 */
export function parseStartOptions(args: readonly string[]): CommandLine<StartOptions> {
  return readCommandLine(() => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7071' },
        'graph-port': { type: 'string', default: '7072' },
        speed: { type: 'string', default: String(DEFAULT_SPEED) },
        demo: { type: 'boolean', default: true },
        auth: { type: 'boolean', default: true },
        storage: { type: 'string', default: 'sqlite' },
        data: { type: 'string', default: DEFAULT_DATA },
        fresh: { type: 'boolean', default: false },
        build: { type: 'boolean', default: false },
        traps: { type: 'string', default: '' },
        relay: { type: 'string' },
        app: { type: 'string', default: REPOSITORY },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) return 'help';
    return {
      ...parsePorts(values.port, values['graph-port']),
      speed: parseWholeNumber('--speed', values.speed, 1, 2_700),
      demo: values.demo,
      auth: values.auth,
      relay: values.relay === undefined ? undefined : parseRelay(values.relay),
      app: resolve(values.app),
      storage: parseHubKind(values.storage),
      data: resolve(values.data),
      fresh: values.fresh,
      build: values.build,
      traps: parseTraps(values.traps),
    };
  });
}

function parsePorts(port: string, graphPort: string) {
  const ports = {
    port: parseWholeNumber('--port', port, 0, 65_535),
    graphPort: parseWholeNumber('--graph-port', graphPort, 0, 65_535),
  };
  if (ports.port !== 0 && ports.port === ports.graphPort) {
    throw new Error(`--port and --graph-port are both ${port}: give two, or 0 for a free one.`);
  }
  return ports;
}

function parseRelay(text: string): string {
  const { protocol } = URL.parse(text) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new Error(`--relay takes a URL such as http://127.0.0.1:3978/api/calls, not "${text}".`);
}

function parseTraps(list: string): readonly ExtensionTrap[] {
  if (list === 'all') return EXTENSION_TRAPS;
  return list
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const trap = EXTENSION_TRAPS.find((one) => one === name);
      if (trap === undefined) throw new Error(`--traps knows ${EXTENSION_TRAPS.join(', ')} and all, not "${name}".`);
      return trap;
    });
}
