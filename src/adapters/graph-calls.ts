import type { GraphAnswer } from '../core/graph-answers/graph-answer.ts';
import { type Clock, timeoutSignal } from './clock.ts';
import type { GraphTokenSource } from './credentials.ts';
import { type CallerHeaders, type GraphRequest, type SentRequest, sendGraphRequest } from './send-graph-request.ts';

export interface GraphCallsDependencies {
  /** With its version and no slash at the end: `https://graph.microsoft.com/v1.0`. Comes from settings, never from a body. */
  readonly graphBaseUrl: string;
  readonly tokens: GraphTokenSource;
  /** The bot's own tenant, always a candidate. */
  readonly homeTenantId: string;
  /** Asked with the tenant id in lower case. */
  readonly isTenantAllowed: (tenantId: string) => boolean;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** For one request; default 10 s. */
  readonly requestTimeoutMs?: number;
  /** For everything one keepAlive does, tokens included; default 30 s. */
  readonly totalTimeoutMs?: number;
  readonly newRequestId: () => string;
}

/** The call as Graph first named it, and the tenant it is thought to belong to. */
export interface KeepAliveTarget {
  readonly graphCallId: string;
  readonly tenantId?: string | undefined;
}

/** One keepAlive as it is asked for. */
export interface KeepAliveRequest extends KeepAliveTarget {
  /** Ids under which the caller wants to find the request again. */
  readonly headers?: CallerHeaders | undefined;
  /** Asked only when Graph says that the tenant does not match: the tenant that the call's own data name. Never throws. */
  readonly namedTenantId?: () => Promise<string | undefined>;
}

/** What a keepAlive would send, for a dry run. */
export interface KeepAliveDescription {
  readonly method: 'POST';
  readonly url: string;
  readonly tenantId: string;
  /** Whom the token would be for. */
  readonly audience: string;
}

export interface GraphCalls {
  /**
   * Sends one keepAlive; never throws.
   *
   * A 401 is repeated once with a new token; a tenant mismatch with the tenant that the call itself names, if it is an
   * allowed one, then with the home tenant. The answer names the tenant used. A redirect is an answer and is not followed.
   * Effects: one POST to Graph, five more at most in those cases.
   * Source: https://learn.microsoft.com/graph/api/call-keepalive
   */
  keepAlive(request: KeepAliveRequest): Promise<GraphAnswer>;
  /**
   * Hangs up; never throws. The bot leaves the call, which goes on for those who are in it.
   *
   * Tokens, tenants and effects as of `keepAlive`.  Source: https://learn.microsoft.com/graph/api/call-delete
   */
  hangUp(request: KeepAliveRequest): Promise<GraphAnswer>;
  /**
   * Lists who is in the call, in the answer's body; never throws. Graph refuses it for calls between two.
   *
   * Tokens, tenants and effects as of `keepAlive`.  Source: https://learn.microsoft.com/graph/api/call-list-participants
   */
  listParticipants(request: KeepAliveRequest): Promise<GraphAnswer>;
  /** Says what `keepAlive` would send first. Sends nothing. */
  describeKeepAlive(target: KeepAliveTarget): KeepAliveDescription;
}

/** "Request authorization tenant mismatch": the token is of another tenant than the call. */
const tenantMismatchCode = '7505';

/** Creates the adapter for the calls of Microsoft Graph. */
export function createGraphCalls(dependencies: GraphCallsDependencies): GraphCalls {
  const { graphBaseUrl, isTenantAllowed, clock, totalTimeoutMs = 30_000 } = dependencies;
  const homeTenantId = dependencies.homeTenantId.toLowerCase();
  const callOf = (graphCallId: string) => `${graphBaseUrl}/communications/calls/${encodeURIComponent(graphCallId)}`;
  const urlOf = (graphCallId: string) => `${callOf(graphCallId)}/keepAlive`;

  function tenantOf(tenantId: string | undefined): string {
    const named = tenantId?.toLowerCase();
    return named !== undefined && isTenantAllowed(named) ? named : homeTenantId;
  }

  async function answerOf(request: Omit<GraphRequest, 'refusedToken'>): Promise<GraphAnswer> {
    const send = (refusedToken?: string): Promise<SentRequest> =>
      sendGraphRequest(dependencies, { ...request, refusedToken });
    const first = await send();
    if (first.token === undefined || first.answer.kind !== 'answered' || first.answer.status !== 401)
      return first.answer;
    return (await send(first.token)).answer;
  }

  async function ask(
    what: Pick<GraphRequest, 'method' | 'url'>,
    { tenantId, headers, namedTenantId = async () => undefined }: KeepAliveRequest,
  ): Promise<GraphAnswer> {
    const total = timeoutSignal(clock, totalTimeoutMs);
    const request = { ...what, signal: total.signal, headers };
    try {
      const tenant = tenantOf(tenantId);
      const first = await answerOf({ ...request, tenantId: tenant });
      if (!isTenantMismatch(first)) return first;
      const others = new Set([tenantOf(await namedTenantId()), homeTenantId]);
      others.delete(tenant);
      let failure = first;
      for (const other of others) {
        const answer = await answerOf({ ...request, tenantId: other });
        if (answer.kind === 'answered' && !isTenantMismatch(answer)) return answer;
        if (answer.kind === 'failed') failure = answer;
      }
      return failure;
    } finally {
      total.dispose();
    }
  }

  return {
    keepAlive: (request) => ask({ method: 'POST', url: urlOf(request.graphCallId) }, request),
    listParticipants: (request) => ask({ method: 'GET', url: `${callOf(request.graphCallId)}/participants` }, request),
    hangUp: (request) => ask({ method: 'DELETE', url: callOf(request.graphCallId) }, request),
    describeKeepAlive: ({ graphCallId, tenantId }) => ({
      method: 'POST',
      url: urlOf(graphCallId),
      tenantId: tenantOf(tenantId),
      audience: new URL(graphBaseUrl).origin,
    }),
  };
}

function isTenantMismatch(answer: GraphAnswer): boolean {
  return answer.kind === 'answered' && answer.status === 403 && answer.errorCode === tenantMismatchCode;
}
