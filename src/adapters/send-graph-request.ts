import type { GraphAnswer, GraphFailed } from '../core/graph-answers/graph-answer.ts';
import { type Clock, timeoutSignal } from './clock.ts';
import { CredentialError } from './credential-error.ts';
import type { GraphTokenSource } from './credentials.ts';
import { networkCode } from './network-code.ts';
import { readGraphAnswer } from './read-graph-answer.ts';

export interface SendGraphRequestDependencies {
  readonly tokens: GraphTokenSource;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly requestTimeoutMs?: number;
  readonly newRequestId: () => string;
}

/** What a caller may add to a request: ids, already checked. */
export interface CallerHeaders {
  readonly clientRequestId?: string | undefined;
  readonly scenarioId?: string | undefined;
}

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly tenantId: string;
  /** Aborts when all that one keepAlive does has taken too long. */
  readonly signal: AbortSignal;
  /** The token that Graph has just refused. */
  readonly refusedToken: string | undefined;
  readonly headers?: CallerHeaders | undefined;
}

/** The answer, and the token if the request got that far: to be named when a newer one is wanted. */
export interface SentRequest {
  readonly answer: GraphAnswer;
  readonly token?: string;
}

/**
 * Asks Graph once, without a body. Never throws.
 *
 * Shape: request → GraphAnswer. Units: ms. Errors: none, failures are answers of kind `failed`. Effects: may request a
 * token; one request. A redirect is not followed: it would carry the token elsewhere.
 */
export async function sendGraphRequest(
  dependencies: SendGraphRequestDependencies,
  request: GraphRequest,
): Promise<SentRequest> {
  const { tokens, clock, requestTimeoutMs = 10_000 } = dependencies;
  const { tenantId, signal, refusedToken } = request;
  const { clientRequestId = dependencies.newRequestId(), scenarioId } = request.headers ?? {};
  let sentAtMs = clock.nowMs();
  const facts = () => ({ clientRequestId, tenantId, sentAtMs, durationMs: clock.nowMs() - sentAtMs });
  let token: string;
  try {
    token = await tokens.getToken(tenantId, {
      signal,
      ...(refusedToken === undefined ? {} : { refusedToken }),
    });
  } catch (error) {
    return { answer: { ...failureOf(error, signal), ...facts() } };
  }
  sentAtMs = clock.nowMs();
  const limit = timeoutSignal(clock, requestTimeoutMs, signal);
  try {
    const headers = {
      authorization: `Bearer ${token}`,
      'client-request-id': clientRequestId,
      ...(scenarioId === undefined ? {} : { 'scenario-id': scenarioId }),
      accept: 'application/json',
    };
    const response = await dependencies.fetch(request.url, {
      method: request.method,
      headers,
      redirect: 'manual',
      signal: limit.signal,
    });
    const answered = await readGraphAnswer(response, clock.nowMs(), request.method === 'GET');
    return { answer: { ...answered, ...facts() }, token };
  } catch (error) {
    return { answer: { ...failureOf(error, signal), ...facts() } };
  } finally {
    limit.dispose();
  }
}

function failureOf(error: unknown, total: AbortSignal): Pick<GraphFailed, 'kind' | 'reason' | 'detail'> {
  if (total.aborted) return { kind: 'failed', reason: 'timeout', detail: 'totalTimeout' };
  if (error instanceof CredentialError) return { kind: 'failed', reason: 'credential', detail: error.detail };
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { kind: 'failed', reason: 'timeout', detail: 'requestTimeout' };
  }
  return { kind: 'failed', reason: 'network', detail: networkCode(error) };
}
