import type { CryptoKey, JWK } from 'jose';
import { isSafeTarget } from '../core/relay/is-safe-target.ts';
import { isPlainObject, ownProperty, type PlainObject } from '../core/values/plain-object.ts';
import { readLimitedText } from './read-limited-text.ts';

const maximumBodyBytes = 512 * 1024;
const smallestModulusBits = 2048;

/** A failed fetch, with a stable code that may be logged. */
export class SigningKeysError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`the callback signing keys could not be fetched: ${code}`);
    this.code = code;
  }
}

/**
 * Fetches the RS256 keys that an issuer's OpenID metadata point to.
 *
 * Shape: metadata URL → public keys by key id, at least one. Errors: SigningKeysError, or what `fetch` throws.
 * Effects: GETs the metadata and its `jwks_uri`.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html, RFC 7517.
 */
export async function fetchSigningKeys(
  metadataUrl: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CryptoKey>> {
  const jwksUri = ownProperty(await fetchObject(metadataUrl, fetch, signal), 'jwks_uri');
  if (typeof jwksUri !== 'string') throw new SigningKeysError('metadataWithoutKeysAddress');
  const listed = ownProperty(await fetchObject(jwksUri, fetch, signal), 'keys');
  const keys = await importKeys(Array.isArray(listed) ? listed : []);
  if (keys.size === 0) throw new SigningKeysError('noUsableKeys');
  return keys;
}

async function fetchObject(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<PlainObject> {
  if (!isSafeTarget(url)) throw new SigningKeysError('addressNotHttps');
  // A redirect could lead to plain http or elsewhere, so it is an error.
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  const text = await readLimitedText(response, maximumBodyBytes);
  if (!response.ok) throw new SigningKeysError(`http${response.status}`);
  if (text === undefined) throw new SigningKeysError('bodyTooLong');
  const body = parseJson(text);
  if (!isPlainObject(body)) throw new SigningKeysError('bodyNotJson');
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Imports what can verify RS256; other keys are none of ours and are passed over. */
async function importKeys(listed: readonly unknown[]): Promise<ReadonlyMap<string, CryptoKey>> {
  const { importJWK } = await import('jose');
  const keys = new Map<string, CryptoKey>();
  for (const { keyId, jwk } of listed.flatMap(toCandidate)) {
    const key = await importJWK(jwk, 'RS256').catch(() => undefined);
    if (key === undefined || key instanceof Uint8Array) continue;
    if (!('modulusLength' in key.algorithm) || Number(key.algorithm.modulusLength) < smallestModulusBits) continue;
    keys.set(keyId, key);
  }
  return keys;
}

/** Only the public numbers are taken over, so that nothing else in a key can change how it is used. */
function toCandidate(value: unknown): readonly { readonly keyId: string; readonly jwk: JWK }[] {
  if (!isPlainObject(value)) return [];
  const { kty, use, alg, kid, n, e } = value;
  if (kty !== 'RSA' || (use !== undefined && use !== 'sig') || (alg !== undefined && alg !== 'RS256')) return [];
  if (typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') return [];
  return [{ keyId: kid, jwk: { kty, n, e } }];
}
