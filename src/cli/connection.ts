import { wrongUsage } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { readLocalKey, readProfile } from './profile.ts';

export interface Connection {
  /** Without a slash at its end, and without `/api`. */
  readonly url: string;
  /** Empty: none is sent. */
  readonly key: string;
}

/** Where `npm start` serves the app. */
export const DEFAULT_URL = 'http://127.0.0.1:7071';

/**
 * Finds the apps and their keys: options, then environment, then profile, then the local host. Several only when the
 * profile names several, and nothing else names one.
 *
 * A key of the profile is sent to the URL beside it only, and the local host's to the default one: a key must not reach
 * another app because somebody named that app.
 * Errors: CliError for a URL that is none, or that would carry the key in the clear.  Effects: may read two files; warns.
 */
export async function findConnections(
  options: { readonly url?: string; readonly key?: string },
  io: CliIo,
): Promise<readonly Connection[]> {
  const { CALL_KEEPALIVE_URL: envUrl = '', CALL_KEEPALIVE_KEY: envKey = '' } = io.env;
  const profile = await readProfile(io);
  if (profile?.isOpen) {
    io.err.write(`Warning: others can read the key in ${profile.path}. Run: chmod 600 ${profile.path}\n`);
  }
  const known = (profile?.apps ?? []).map(({ url, key }) => ({ url: parseUrl(url || DEFAULT_URL), key }));
  const named = options.url || envUrl;
  const urls = named !== '' ? [parseUrl(named)] : known.length > 0 ? known.map(({ url }) => url) : [DEFAULT_URL];
  const given = options.key || envKey;
  const keyOf = async (url: string) => {
    if (given !== '' && urls.length === 1) return given;
    const kept = known.find((app) => app.url === url)?.key ?? '';
    return kept === '' && url === DEFAULT_URL ? readLocalKey(io) : kept;
  };
  return Promise.all(urls.map(async (url) => ({ url, key: await keyOf(url) })));
}

/** Errors: CliError when there are several. */
export function toOnlyConnection(connections: readonly Connection[]): Connection {
  const [only, ...others] = connections;
  if (only !== undefined && others.length === 0) return only;
  throw wrongUsage(
    `The profile names several apps. Say which with --url: ${connections.map(({ url }) => url).join(', ')}.`,
  );
}

function parseUrl(text: string): string {
  const url = parseWebUrl(text);
  if (url === undefined) {
    throw wrongUsage('The URL of the app is no https URL. It looks like https://my-app.azurewebsites.net');
  }
  if (!isSafe(url)) {
    throw wrongUsage(`The key would cross the network in the clear: use https for ${url.host}.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}`;
}

/** Https without a password, or on this machine. */
export function isSafeUrl(text: string): boolean {
  const url = parseWebUrl(text);
  return url !== undefined && isSafe(url);
}

/** Undefined with a user or a password in it. */
function parseWebUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
