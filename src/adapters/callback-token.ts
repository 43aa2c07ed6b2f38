import type { CryptoKey } from 'jose';
import {
  type CallbackTokenAccepted,
  type CallbackTokenPolicy,
  type CallbackTokenRejected,
  checkTokenClaims,
  checkTokenHeader,
  parseBearerToken,
} from '../core/tokens/callback-token-policy.ts';
import { isPlainObject, type PlainObject } from '../core/values/plain-object.ts';
import { createSigningKeys, type SigningKeysDependencies } from './callback-signing-keys.ts';

/** `unavailable`: the token could not be judged, for want of the issuer's keys; neither a yes nor a no. */
export type CallbackTokenResult =
  | CallbackTokenAccepted
  | CallbackTokenRejected
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number };

export interface CallbackTokenVerifier {
  /** Judges the value of an Authorization header. Never throws. */
  verify(authorization: string | undefined): Promise<CallbackTokenResult>;
}

/**
 * Verifies the bearer token that Graph sends with each notification.
 *
 * Shape: Authorization header → `accepted` | `rejected` (answer 401) | `unavailable` (answer 503 with Retry-After).
 * Errors: none. Effects: GETs the issuer's metadata and keys when they are missing or old.
 * Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
 */
export function createCallbackTokenVerifier(
  dependencies: CallbackTokenPolicy & SigningKeysDependencies,
): CallbackTokenVerifier {
  const signingKeys = createSigningKeys(dependencies);
  return {
    async verify(authorization) {
      const bearer = parseBearerToken(authorization);
      if (bearer.kind === 'rejected') return bearer;
      const header = await readHeader(bearer.token);
      if (header === undefined) return { kind: 'rejected', reason: 'malformedToken' };
      const checked = checkTokenHeader(header);
      if (checked.kind === 'rejected') return checked;
      if (signingKeys.lack(checked.keyId)) {
        // Not worth a fetch when it would be refused even if the signature were right.
        const claimed = checkTokenClaims(await readClaims(bearer.token), dependencies, dependencies.clock.nowMs());
        if (claimed.kind === 'rejected') return claimed;
      }
      const found = await signingKeys.find(checked.keyId);
      switch (found.kind) {
        case 'unavailable':
          return found;
        case 'unknownKey':
          return { kind: 'rejected', reason: 'unknownKey' };
        case 'key': {
          const claims = await readSignedClaims(bearer.token, found.key);
          if (claims === undefined) return { kind: 'rejected', reason: 'badSignature' };
          return checkTokenClaims(claims, dependencies, dependencies.clock.nowMs());
        }
      }
    },
  };
}

async function readHeader(token: string): Promise<PlainObject | undefined> {
  const { decodeProtectedHeader } = await import('jose');
  try {
    const header: unknown = decodeProtectedHeader(token);
    return isPlainObject(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

/** The claims as they stand there, whoever wrote them; none when they are no JSON object. */
async function readClaims(token: string): Promise<PlainObject> {
  const { decodeJwt } = await import('jose');
  try {
    return { ...decodeJwt(token) };
  } catch {
    return {};
  }
}

/** The claims, when the signature is right and they are a JSON object. */
async function readSignedClaims(token: string, key: CryptoKey): Promise<PlainObject | undefined> {
  const { compactVerify } = await import('jose');
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return isPlainObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
