import { ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';

/** Whom we believe. `allowedTenantIds` are compared in lower case; `*` = any tenant, but a token must name one. */
export interface CallbackTokenPolicy {
  readonly issuers: readonly string[];
  /** The bot's app id: Graph signs each notification for it. */
  readonly audience: string;
  readonly allowedTenantIds: readonly string[] | '*';
}

/** Why a token is refused: stable codes, fit for logs and metrics. */
export type CallbackTokenRejection =
  | 'tokenMissing'
  | 'severalTokens'
  | 'notBearer'
  | 'tokenTooLong'
  | 'malformedToken'
  | 'headerNotAllowed'
  | 'algorithmNotAllowed'
  | 'keyIdMissing'
  | 'unknownKey'
  | 'badSignature'
  | 'wrongIssuer'
  | 'wrongAudience'
  | 'expired'
  | 'notYetValid'
  | 'tenantMissing'
  | 'tenantNotAllowed';

export interface CallbackTokenRejected {
  readonly kind: 'rejected';
  readonly reason: CallbackTokenRejection;
}

/** Who the token speaks for: the tenant in lower case, the bot's app id, the issuer. */
export interface CallbackTokenAccepted {
  readonly kind: 'accepted';
  readonly tenantId: string;
  readonly appId: string;
  readonly issuer: string;
}

const maximumTokenLength = 16 * 1024;
/** The tolerance of Microsoft's own validator, .NET's default. */
const clockSkewSeconds = 5 * 60;
/** Headers that would let the token choose its own key, or ask for semantics we do not implement. */
const refusedHeaders = ['jku', 'jwk', 'x5u', 'x5c', 'crit'] as const;
/** .NET writes `tid` under the long name; tokens of the calling platform are seen with either. */
const tenantClaims = ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid'] as const;

/**
 * Takes the one bearer token out of an Authorization header, without looking inside it.
 *
 * Shape: header value → `token` | `rejected`. Several headers arrive joined by a comma, which no token contains.
 * Errors: none. Effects: none. Source: RFC 9110 section 5.3, RFC 6750 section 2.1, RFC 7515 section 3.1.
 */
export function parseBearerToken(
  authorization: string | undefined,
): { readonly kind: 'token'; readonly token: string } | CallbackTokenRejected {
  if (authorization === undefined || authorization.trim() === '') return rejected('tokenMissing');
  if (authorization.length > maximumTokenLength) return rejected('tokenTooLong');
  if (authorization.includes(',')) return rejected('severalTokens');
  const match = /^bearer +(\S+)$/i.exec(authorization.trim());
  if (match?.[1] === undefined) return rejected('notBearer');
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(match[1])) return rejected('malformedToken');
  return { kind: 'token', token: match[1] };
}

/**
 * Decides from a token's protected header whether its signature is worth checking, and with which key.
 *
 * Shape: header → `keyId` | `rejected`. Only RS256: the algorithm is ours to choose, never the token's.
 */
export function checkTokenHeader(
  header: PlainObject,
): { readonly kind: 'keyId'; readonly keyId: string } | CallbackTokenRejected {
  if (refusedHeaders.some((name) => Object.hasOwn(header, name))) return rejected('headerNotAllowed');
  if (ownProperty(header, 'alg') !== 'RS256') return rejected('algorithmNotAllowed');
  const keyId = ownText(header, 'kid', 256);
  return keyId === undefined ? rejected('keyIdMissing') : { kind: 'keyId', keyId };
}

/**
 * Decides whether the claims of a correctly signed token are meant for this bot, now, from an allowed tenant.
 *
 * Shape: claims, policy, now (ms since the epoch) → `accepted` | `rejected`. `exp` is required, `nbf` is not; 5 minutes of
 * clock skew. Errors: none. Effects: none.
 * Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
 */
export function checkTokenClaims(
  claims: PlainObject,
  policy: CallbackTokenPolicy,
  nowMs: number,
): CallbackTokenAccepted | CallbackTokenRejected {
  const issuer = ownProperty(claims, 'iss');
  if (typeof issuer !== 'string' || !policy.issuers.includes(issuer)) return rejected('wrongIssuer');
  if (ownProperty(claims, 'aud') !== policy.audience) return rejected('wrongAudience');
  const untimely = checkTimes(claims, nowMs / 1000);
  if (untimely !== undefined) return rejected(untimely);
  const tenantId = tenantOf(claims);
  if (tenantId === undefined) return rejected('tenantMissing');
  if (!isAllowed(tenantId, policy.allowedTenantIds)) return rejected('tenantNotAllowed');
  return { kind: 'accepted', tenantId, appId: policy.audience, issuer };
}

function checkTimes(claims: PlainObject, nowSeconds: number): 'expired' | 'notYetValid' | undefined {
  const expiresAtSeconds = ownProperty(claims, 'exp');
  if (typeof expiresAtSeconds !== 'number' || !(expiresAtSeconds + clockSkewSeconds > nowSeconds)) return 'expired';
  if (!Object.hasOwn(claims, 'nbf')) return undefined;
  const validFromSeconds = ownProperty(claims, 'nbf');
  const valid = typeof validFromSeconds === 'number' && validFromSeconds - clockSkewSeconds <= nowSeconds;
  return valid ? undefined : 'notYetValid';
}

/** The tenant, lower case. Two claims that disagree name none: we would not know which one the issuer checked. */
function tenantOf(claims: PlainObject): string | undefined {
  const named = tenantClaims
    .filter((name) => Object.hasOwn(claims, name))
    .map((name) => ownText(claims, name, 64)?.toLowerCase());
  const [tenantId] = named;
  if (tenantId === undefined || named.some((other) => other !== tenantId)) return undefined;
  return /^[0-9a-z.-]+$/.test(tenantId) ? tenantId : undefined;
}

function isAllowed(tenantId: string, allowed: readonly string[] | '*'): boolean {
  return allowed === '*' || allowed.some((candidate) => candidate.toLowerCase() === tenantId);
}

function rejected(reason: CallbackTokenRejection): CallbackTokenRejected {
  return { kind: 'rejected', reason };
}
