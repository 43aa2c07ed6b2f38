import { parseArgs } from 'node:util';

export interface AcceptanceOptions {
  /** Origin of the Functions host. */
  readonly url: string;
  /** Origin of the simulated Graph; absent: only what reads is tried. */
  readonly graph: string | undefined;
  /** File with the host's keys; absent: the host asks for none, as Core Tools. */
  readonly keys: string | undefined;
  readonly botPort: number | undefined;
  readonly webhookPort: number | undefined;
  readonly webhookSecret: string | undefined;
  readonly storageProxy: { readonly port: number; readonly target: number } | undefined;
  readonly slowSeconds: number;
  readonly patienceSeconds: number;
  /** Only checks whose title holds this text. */
  readonly only: string | undefined;
}

export const ACCEPTANCE_HELP = `Tries the app's promises from outside, over HTTP, on any Functions host.

  npm run acceptance -- --url http://127.0.0.1:7071 --graph http://127.0.0.1:7072 --keys .local/keys.json

  --url URL              the Functions host: the local host, Core Tools, or a deployed app
  --graph URL            the simulated Graph that the app has as GRAPH_BASE_URL. Without it only what changes nothing is
                         tried: health, doctor, page, list, status API, and that keys and tokens are asked for
  --keys FILE            JSON {"functionKey", "masterKey", "systemKeys": {"durabletask_extension"}}, each if there is one;
                         default: the host asks for no keys, as Core Tools
  --bot-port N           play the bot there: start the app with BOT_NOTIFICATION_URL=http://127.0.0.1:N/api/calls
  --webhook-port N       receive call.ended there: start the app with CALL_ENDED_WEBHOOK_URL=http://127.0.0.1:N/ended, and
                         have the same CALL_ENDED_WEBHOOK_SECRET in the environment here
  --storage-proxy N:M    forward port N to Azurite's table port M, and make it slow for the last check: start the app with
                         TableEndpoint=http://127.0.0.1:N/devstoreaccount1 in its AzureWebJobsStorage
  --slow-seconds S       for how long it is slow (default 60)
  --patience-seconds S   how long an effect may take (default 120: queues are looked at every 10 s, and a message that the
                         engine lost hold of comes back after 60 s)
  --only TEXT            only the checks whose sentence holds TEXT
  --help                 this text

One line a check. Exit code 0: each passed or was skipped; 1: a promise does not hold (the first ends the run); 2: usage.`;

/** Shape: arguments, environment → options | help | the one thing that is wrong.  Errors: none. */
export function parseAcceptanceOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
):
  | { readonly kind: 'options'; readonly options: AcceptanceOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: text,
        graph: text,
        keys: text,
        'bot-port': text,
        'webhook-port': text,
        'storage-proxy': text,
        'slow-seconds': { ...text, default: '60' },
        'patience-seconds': { ...text, default: '120' },
        only: text,
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    if (values.url === undefined) throw new Error('--url is missing: name the Functions host.');
    const options: AcceptanceOptions = {
      url: toOrigin('--url', values.url),
      graph: values.graph === undefined ? undefined : toOrigin('--graph', values.graph),
      keys: values.keys,
      botPort: toPort('--bot-port', values['bot-port']),
      webhookPort: toPort('--webhook-port', values['webhook-port']),
      webhookSecret: env.CALL_ENDED_WEBHOOK_SECRET || undefined,
      storageProxy: toProxy(values['storage-proxy']),
      slowSeconds: toPositive('--slow-seconds', values['slow-seconds']),
      patienceSeconds: toPositive('--patience-seconds', values['patience-seconds']),
      only: values.only,
    };
    if (options.webhookPort !== undefined && options.webhookSecret === undefined) {
      throw new Error('--webhook-port needs CALL_ENDED_WEBHOOK_SECRET in the environment, the one the app has.');
    }
    return { kind: 'options', options };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function toOrigin(flag: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Error(`${flag} takes a URL, not "${value}".`);
  return url.origin;
}

function toPort(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) throw new Error(`${flag} takes a port, not "${value}".`);
  return port;
}

function toProxy(value: string | undefined): AcceptanceOptions['storageProxy'] {
  if (value === undefined) return undefined;
  const [from, to, ...rest] = value.split(':');
  const port = toPort('--storage-proxy', from);
  const target = toPort('--storage-proxy', to);
  if (port === undefined || target === undefined || rest.length > 0) {
    throw new Error(`--storage-proxy takes two ports, as in 20002:10002, not "${value}".`);
  }
  return { port, target };
}

function toPositive(flag: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new Error(`${flag} takes a number above 0, not "${value}".`);
  return number;
}
