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
 * Finds the app and its key: options, then environment, then profile, then the local host.
 *
 * A key of the profile is sent to the profile's URL only, and the local host's to the default one: a key must not reach
 * another app because somebody named that app.
 * Errors: CliError for a URL that is none, or that would carry the key in the clear.  Effects: may read two files; warns.
 */
export async function findConnection(
  options: { readonly url?: string; readonly key?: string },
  io: CliIo,
): Promise<Connection> {
  const { CALL_KEEPALIVE_URL: envUrl = '', CALL_KEEPALIVE_KEY: envKey = '' } = io.env;
  const profile = await readProfile(io);
  if (profile?.isOpen) {
    io.err.write(`Warning: others can read the key in ${profile.path}. Run: chmod 600 ${profile.path}\n`);
  }
  const profileUrl = profile === undefined || profile.url === '' ? DEFAULT_URL : profile.url;
  const url = parseUrl(options.url || envUrl || profileUrl);
  const given = options.key || envKey;
  if (given !== '') return { url, key: given };
  if (profile !== undefined && profile.key !== '' && url === parseUrl(profileUrl)) return { url, key: profile.key };
  return { url, key: url === DEFAULT_URL ? await readLocalKey(io) : '' };
}

export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw wrongUsage('The URL of the app is no https URL. It looks like https://my-app.azurewebsites.net');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw wrongUsage(`The key would cross the network in the clear: use https for ${url.host}.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}`;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
