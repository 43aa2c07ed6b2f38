import type { HttpMessageResponse } from '../http-message.ts';

/** What a request gets: an HTTP answer, or its connection closed without one. */
export type SimulatedAnswer = HttpMessageResponse | { readonly kind: 'reset' };

/** What Graph says about each request in its headers and errors. */
export interface RequestContext {
  readonly nowMs: number;
  readonly requestId: string;
  /** The caller's own id, else the request id. */
  readonly clientRequestId: string;
}

const DIAGNOSTIC = JSON.stringify({
  ServerInfo: { DataCenter: 'Simulated', Slice: 'E', Ring: '1', ScaleUnit: '000', RoleInstance: 'SIM000' },
});

/** The headers of every answer of Graph's. Source: https://learn.microsoft.com/graph/best-practices-concept (request-id). */
export function graphHeaders(context: RequestContext): Readonly<Record<string, string>> {
  return {
    date: new Date(context.nowMs).toUTCString(),
    'request-id': context.requestId,
    'client-request-id': context.clientRequestId,
    'x-ms-ags-diagnostic': DIAGNOSTIC,
  };
}

export function jsonAnswer(status: number, content: unknown, headers: Readonly<Record<string, string>> = {}) {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(content) };
}

/**
 * An error as Graph writes it.
 * Source: https://learn.microsoft.com/graph/errors; `innerError` of calls as in microsoft-graph-comms-samples issues.
 */
export function graphError(
  context: RequestContext,
  error: { readonly status: number; readonly code: string; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): HttpMessageResponse {
  const innerError = {
    date: new Date(context.nowMs).toISOString().slice(0, 19),
    'request-id': context.requestId,
    'client-request-id': context.clientRequestId,
  };
  const content = { error: { code: error.code, message: error.message, innerError } };
  return jsonAnswer(error.status, content, { ...graphHeaders(context), ...headers });
}
