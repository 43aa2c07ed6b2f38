import type { CryptoKey } from 'jose';
import { type Clock, timeoutSignal } from './clock.ts';
import { fetchSigningKeys, SigningKeysError } from './fetch-signing-keys.ts';

export interface SigningKeysDependencies {
  /** The issuer's OpenID metadata; https unless on loopback. */
  readonly metadataUrl: string;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** For metadata and keys together; default 5 s. */
  readonly timeoutMs?: number;
}

export type SigningKeyResult =
  | { readonly kind: 'key'; readonly key: CryptoKey }
  | { readonly kind: 'unknownKey' }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number };

export interface SigningKeys {
  find(keyId: string): Promise<SigningKeyResult>;
  /** Whether there are keys, but not this one: to find it would take a fetch. */
  lack(keyId: string): boolean;
}

/** Keys older than this are used, and refreshed behind the answer: a withdrawn key is believed for about this long. */
const refreshAfterMs = 60 * 60 * 1000;
/** Keys older than this are not believed any more; so long an outage of the issuer is bridged. */
const maximumAgeMs = 24 * 60 * 60 * 1000;
/**
 * A key id that the keys lack fetches again only when they are older than this. Junk key ids cost a fetch each time, and
 * hold up a new key no longer: whoever's fetch it is, it brings all keys.
 */
const unknownKeyCooldownMs = 10 * 1000;
/** After a failed fetch none is tried for this long. */
const failureCooldownMs = 10 * 1000;

/**
 * The issuer's public RS256 keys, kept in memory.
 *
 * Shape: key id → `key` | `unknownKey` (keys fetched for this question lack it) | `unavailable` (we cannot tell: no keys,
 * none fresh enough, or fetched so shortly before that the key may have been published since).
 * Errors: none. Effects: `find` may GET the metadata and its `jwks_uri`; callers share one fetch.
 */
export function createSigningKeys({
  metadataUrl,
  clock,
  fetch,
  timeoutMs = 5000,
}: SigningKeysDependencies): SigningKeys {
  let keys: ReadonlyMap<string, CryptoKey> = new Map();
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly reason: string; readonly atMs: number } | undefined;
  let inFlight: Promise<void> | undefined;
  let fetches = 0;

  async function load(): Promise<void> {
    const { signal, dispose } = timeoutSignal(clock, timeoutMs);
    try {
      keys = await fetchSigningKeys(metadataUrl, fetch, signal);
      fetchedAtMs = clock.nowMs();
      fetches++;
    } catch (error) {
      failure = { reason: failureReason(error), atMs: clock.nowMs() };
    } finally {
      dispose();
      inFlight = undefined;
    }
  }

  const ageMs = () => clock.nowMs() - fetchedAtMs;
  function cooldownMs(): number {
    const leftMs = failure === undefined ? 0 : failure.atMs + failureCooldownMs - clock.nowMs();
    const isOfTheFuture = leftMs > failureCooldownMs; // the clock was set back
    return isOfTheFuture ? 0 : Math.max(0, leftMs);
  }

  async function refresh(): Promise<void> {
    if (cooldownMs() > 0) return;
    inFlight ??= load();
    await inFlight;
  }

  /** How long until an unknown key id may fetch. */
  function unknownKeyWaitMs(): number {
    const leftMs = unknownKeyCooldownMs - ageMs();
    return leftMs > unknownKeyCooldownMs ? 0 : Math.max(0, leftMs); // set back: as above
  }

  function unavailable(): SigningKeyResult {
    const retryAfterSeconds = Math.max(1, Math.ceil(cooldownMs() / 1000));
    return { kind: 'unavailable', reason: failure?.reason ?? 'noKeys', retryAfterSeconds };
  }

  return {
    async find(keyId) {
      const fetchesBefore = fetches;
      if (ageMs() > maximumAgeMs) await refresh();
      else if (ageMs() > refreshAfterMs) void refresh();
      if (ageMs() > maximumAgeMs) return unavailable();
      if (!keys.has(keyId) && unknownKeyWaitMs() === 0) await refresh();
      const key = keys.get(keyId);
      if (key !== undefined) return { kind: 'key', key };
      if (fetches > fetchesBefore) return { kind: 'unknownKey' };
      const waitMs = unknownKeyWaitMs();
      if (waitMs === 0) return unavailable();
      return { kind: 'unavailable', reason: 'unknownKey', retryAfterSeconds: Math.ceil(waitMs / 1000) };
    },
    lack: (keyId) => keys.size > 0 && !keys.has(keyId),
  };
}

function failureReason(error: unknown): string {
  if (error instanceof SigningKeysError) return error.code;
  return error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'unreachable';
}
