import type { HttpMessageRequest } from '../http-message.ts';
import type { HostKeys } from './keys.ts';

/** `open`: no key is asked for, as under Core Tools. */
export type KeyPolicy = HostKeys | 'open';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

type Identity = 'anonymous' | 'function' | 'system' | 'admin';

/**
 * Whether a request may call a function of this level.
 *
 * `function` takes the function key or the master key, `admin` only the master key; everything else is a 401.
 * Source: azure-functions-host, AuthenticationLevelHandler.cs and AuthUtility.cs.
 */
export function mayCallFunction(request: HttpMessageRequest, level: AuthLevel, keys: KeyPolicy): boolean {
  if (keys === 'open' || level === 'anonymous') return true;
  const identity = identify(request, keys);
  return identity === 'admin' || identity === level;
}

/**
 * The status that keeps a request from the durable webhooks, or undefined when it may pass.
 *
 * The system key `durabletask_extension` or the master key passes; no or an unknown key is a 401, a function key a 403
 * (seen on Functions host 4.1037).
 */
export function refuseWebhook(request: HttpMessageRequest, keys: KeyPolicy): 401 | 403 | undefined {
  if (keys === 'open') return undefined;
  switch (identify(request, keys)) {
    case 'admin':
    case 'system':
      return undefined;
    case 'function':
      return 403;
    case 'anonymous':
      return 401;
  }
}

/** The status that keeps a request from the host's own administration: only the master key passes. */
export function refuseAdmin(request: HttpMessageRequest, keys: KeyPolicy): 401 | 403 | undefined {
  if (keys === 'open') return undefined;
  const identity = identify(request, keys);
  if (identity === 'admin') return undefined;
  return identity === 'anonymous' ? 401 : 403;
}

/** The header wins over the query even when it is wrong; of several values the first counts. */
function identify(request: HttpMessageRequest, keys: HostKeys): Identity {
  const key = request.headers['x-functions-key']?.split(',')[0] ?? request.url.searchParams.get('code');
  switch (key) {
    case keys.masterKey:
      return 'admin';
    case keys.functionKey:
      return 'function';
    case keys.systemKeys.durabletask_extension:
      return 'system';
    default:
      return 'anonymous';
  }
}
