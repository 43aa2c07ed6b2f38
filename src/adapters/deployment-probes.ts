import type { CallbackKeysProbe, GraphProbe, TokenProbe } from '../core/operator-views/deployment-checks.ts';
import { type Clock, timeoutSignal } from './clock.ts';
import { CredentialError } from './credential-error.ts';
import type { GraphTokenSource } from './credentials.ts';
import { fetchSigningKeys, SigningKeysError } from './fetch-signing-keys.ts';
import { networkCode } from './network-code.ts';

export interface DeploymentProbesDependencies {
  readonly tokens: GraphTokenSource;
  readonly homeTenantId: string;
  readonly graphBaseUrl: string;
  readonly metadataUrl: string;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** For each probe; default 10 s. */
  readonly timeoutMs?: number;
}

/** Asks each outside system that the app depends on one harmless question. No probe throws. */
export interface DeploymentProbes {
  /** A token as keepAlive would use it; one from memory will do. Effects: may request a token. */
  token(): Promise<TokenProbe>;
  /** Effects: one GET to Graph, without a token. */
  graph(): Promise<GraphProbe>;
  /** Effects: two GETs. */
  callbackKeys(): Promise<CallbackKeysProbe>;
}

export function createDeploymentProbes(dependencies: DeploymentProbesDependencies): DeploymentProbes {
  const { tokens, homeTenantId, graphBaseUrl, metadataUrl, clock, fetch, timeoutMs = 10_000 } = dependencies;

  async function withinTimeout<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | { readonly code: string }> {
    const { signal, dispose } = timeoutSignal(clock, timeoutMs);
    try {
      return await ask(signal);
    } catch (error) {
      return { code: signal.aborted ? 'timeout' : codeOf(error) };
    } finally {
      dispose();
    }
  }

  return {
    async token() {
      const asked = await withinTimeout(async (signal) => ({ token: await tokens.getToken(homeTenantId, { signal }) }));
      return 'code' in asked
        ? { kind: 'failed', tenantId: homeTenantId, code: asked.code }
        : { kind: 'token', tenantId: homeTenantId, roles: await rolesOf(asked.token) };
    },
    async graph() {
      const { origin } = new URL(graphBaseUrl);
      const sentAtMs = clock.nowMs();
      const asked = await withinTimeout(async (signal) => {
        const response = await fetch(graphBaseUrl, { redirect: 'manual', signal });
        await response.body?.cancel();
        return { status: response.status, date: response.headers.get('date') };
      });
      if ('code' in asked) return { kind: 'failed', origin, code: asked.code };
      const dateMs = Date.parse(asked.date ?? '');
      const middleMs = (sentAtMs + clock.nowMs()) / 2;
      // The header leaves out the milliseconds: half a second is the best guess.
      const aheadMs = Number.isNaN(dateMs) ? undefined : dateMs + 500 - middleMs;
      return { kind: 'answered', origin, status: asked.status, aheadMs };
    },
    async callbackKeys() {
      const { host } = new URL(metadataUrl);
      const asked = await withinTimeout(async (signal) => (await fetchSigningKeys(metadataUrl, fetch, signal)).size);
      return typeof asked === 'number'
        ? { kind: 'keys', host, count: asked }
        : { kind: 'failed', host, code: asked.code };
    },
  };
}

/** The application permissions in a token. Undefined when it is no JWT: only Graph itself may rely on what is in it. */
async function rolesOf(token: string): Promise<readonly string[] | undefined> {
  const { decodeJwt } = await import('jose');
  try {
    const { roles } = decodeJwt(token);
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof CredentialError) return error.detail;
  if (error instanceof SigningKeysError) return error.code;
  return networkCode(error);
}
