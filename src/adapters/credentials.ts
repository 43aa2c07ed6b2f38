import { type Clock, timeoutSignal, unlessAborted } from './clock.ts';
import { CredentialError } from './credential-error.ts';

/** Where the Graph adapter gets its bearer tokens. */
export interface GraphTokenSource {
  /**
   * A token for Graph in that tenant, from memory when one is there.
   *
   * With `refusedToken`, the token that Graph has just answered with 401, never that same one from memory: a newer one that
   * somebody else has fetched since, or a newly requested one.
   *
   * Errors: CredentialError; the signal's reason when the caller's signal aborts first. Effects: may request a token.
   */
  getToken(
    tenantId: string,
    options: { readonly refusedToken?: string; readonly signal: AbortSignal },
  ): Promise<string>;
}

/** What a token request gives: the token and the instant it expires, ms since the epoch. */
export interface BotAccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

/** The part of `@azure/identity`'s TokenCredential that is used. */
export interface BotTokenCredential {
  getToken(scope: string, options: { readonly abortSignal: AbortSignal }): Promise<BotAccessToken | null>;
}

export interface GraphTokenSourceDependencies {
  /** Called anew for every token request; see `createBotCredential` for why. */
  readonly createCredential: (tenantId: string) => BotTokenCredential;
  /** `<graph>/.default` */
  readonly scope: string;
  readonly clock: Clock;
}

/** What is known of one tenant: its last token, the request under way, the last failure. */
interface TenantTokens {
  token?: BotAccessToken;
  pending?: Promise<BotAccessToken> | undefined;
  failure?: TokenFailure;
}

interface TokenFailure {
  readonly error: CredentialError;
  readonly atMs: number;
}

/** MSAL renews at the same distance, so that asking earlier would only bring the same token again. */
const renewBeforeExpiryMs = 5 * 60 * 1000;
/** A burst of calls after a failure asks once, not once each. */
const failureCooldownMs = 5 * 1000;
/** Below the 30 s of a whole keepAlive, so that the caller learns that it was the credential. */
const requestTimeoutMs = 20 * 1000;
const maximumTenants = 200;

/** Keeps one token per tenant until shortly before it expires; callers for one tenant share one request. */
export function createGraphTokenSource(dependencies: GraphTokenSourceDependencies): GraphTokenSource {
  const { clock } = dependencies;
  const tenants = new Map<string, TenantTokens>();

  async function request(tenantId: string, known: TenantTokens): Promise<BotAccessToken> {
    try {
      const token = await requestToken(tenantId, dependencies);
      known.token = token;
      return token;
    } catch (cause) {
      const error = new CredentialError(tenantId, cause);
      known.failure = { error, atMs: clock.nowMs() };
      throw error;
    } finally {
      known.pending = undefined;
    }
  }

  return {
    async getToken(tenantId, { refusedToken, signal }) {
      signal.throwIfAborted();
      const known = recall(tenants, tenantId);
      const nowMs = clock.nowMs();
      const token = known.token?.token === refusedToken ? undefined : known.token;
      if (token !== undefined && nowMs < token.expiresOnTimestamp - renewBeforeExpiryMs) return token.token;
      try {
        if (isCoolingDown(known.failure, nowMs)) throw known.failure.error;
        known.pending ??= request(tenantId, known);
        return (await unlessAborted(known.pending, signal)).token;
      } catch (error) {
        // Entra is in trouble, but the last token is good until it expires.
        if (token !== undefined && !signal.aborted && clock.nowMs() < token.expiresOnTimestamp) return token.token;
        throw error;
      }
    },
  };
}

/** A failure of the future, from before the clock was set back, is none. */
function isCoolingDown(failure: TenantTokens['failure'], nowMs: number): failure is TokenFailure {
  return failure !== undefined && nowMs >= failure.atMs && nowMs < failure.atMs + failureCooldownMs;
}

/** The tenant's entry, made on first sight; the tenant unused for longest is forgotten when there are too many. */
function recall(tenants: Map<string, TenantTokens>, tenantId: string): TenantTokens {
  const known = tenants.get(tenantId) ?? {};
  tenants.delete(tenantId);
  tenants.set(tenantId, known);
  const oldest = tenants.keys().next();
  if (tenants.size > maximumTenants && !oldest.done) tenants.delete(oldest.value);
  return known;
}

/** One request under its own time limit: it serves several callers, so none of them may abort it. */
async function requestToken(tenantId: string, dependencies: GraphTokenSourceDependencies): Promise<BotAccessToken> {
  const { createCredential, scope, clock } = dependencies;
  const { signal, dispose } = timeoutSignal(clock, requestTimeoutMs);
  try {
    // Raced as well, for MSAL does not hand the signal on to its requests.
    const token = await unlessAborted(createCredential(tenantId).getToken(scope, { abortSignal: signal }), signal);
    if (token === null) throw new Error('the credential gave no token');
    return token;
  } finally {
    dispose();
  }
}
