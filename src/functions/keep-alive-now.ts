import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallerHeaders } from '../adapters/send-graph-request.ts';
import { describeKeepAliveNow, type KeepAliveNowEffects, keepAliveNow as send } from '../calls/keep-alive-now.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import type { GraphAnswer } from '../core/graph-answers/graph-answer.ts';
import type { KeepAliveOutcome } from '../core/keepalive/keep-alive-outcome.ts';
import { toFailureText } from '../core/operator-views/failure-text.ts';
import { problem } from './problem.ts';

export interface KeepAliveNowDependencies {
  readonly botAppId: string;
  readonly effectsOf: (context: InvocationContext) => KeepAliveNowEffects;
}

const NO_STORE = { 'Cache-Control': 'no-store' };

/**
 * `POST /api/calls/{callId}/keepAlive`: sends one keepAlive at once and tells Graph's answer; with `?dryRun=true` tells
 * what it would send and sends nothing. The headers `client-request-id` and `Scenario-Id` are handed on to Graph.
 *
 * Shape: → 200 `{callId, ok: true, outcome, graph}` | dry run 200 `{dryRun: true, method, url, tenantId, audience}` |
 * problem details with `ok: false, outcome, graph`: 404 Graph knows the call no more, 502 Graph refuses or fails or is
 * not reached, 503 Graph asks to come back later, 504 Graph does not answer | 400 the id, a header, or `dryRun`.
 * Errors: CallStoreError, DurableCallsError, RecordConflictError.  Effects: those of keep-alive-now.
 */
export function keepAliveNow({ botAppId, effectsOf }: KeepAliveNowDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const graphCallId = request.params.callId ?? '';
    const callId = parseCallId(graphCallId);
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const dryRun = request.query.get('dryRun') ?? 'false';
    if (dryRun !== 'true' && dryRun !== 'false') return problem(400, 'dryRun is true or false.');
    const headers = parseCallerHeaders(request);
    if (headers === undefined) {
      return problem(400, 'client-request-id and Scenario-Id hold letters, digits and . : _ - only, 128 at most.');
    }
    const seen = { callId, graphCallId, appId: botAppId, facts: {} };
    const effects = effectsOf(context);
    if (dryRun === 'true') {
      const description = await describeKeepAliveNow(effects, seen);
      return { status: 200, headers: NO_STORE, jsonBody: { callId, dryRun: true, ...description } };
    }
    const { answer, outcome } = await send(effects, seen, headers);
    const result = { callId, outcome: outcome.kind, tenantId: outcome.tenantId, graph: toGraphView(answer) };
    if (outcome.kind === 'alive') return { status: 200, headers: NO_STORE, jsonBody: { ...result, ok: true } };
    const { status, detail } = toFailure(callId, outcome, answer);
    const retryAfterMs = outcome.kind === 'retry' && answer.kind === 'answered' ? answer.retryAfterMs : undefined;
    const failure = problem(status, detail, { ...result, ok: false });
    return retryAfterMs === undefined
      ? failure
      : { ...failure, headers: { ...failure.headers, 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) } };
  };
}

/** Undefined when one of them is not an id. */
function parseCallerHeaders(request: HttpRequest): CallerHeaders | undefined {
  const clientRequestId = request.headers.get('client-request-id') ?? undefined;
  const scenarioId = request.headers.get('scenario-id') ?? undefined;
  const isId = (value: string | undefined) => value === undefined || /^[\w.:-]{1,128}$/.test(value);
  return isId(clientRequestId) && isId(scenarioId) ? { clientRequestId, scenarioId } : undefined;
}

function toGraphView(answer: GraphAnswer) {
  const { clientRequestId, durationMs } = answer;
  if (answer.kind === 'failed') return { status: null, clientRequestId, durationMs, problem: answer.reason };
  const { status, requestId, date, errorCode, errorMessage } = answer;
  return { status, requestId, clientRequestId, date, durationMs, errorCode, errorMessage };
}

function toFailure(
  callId: string,
  outcome: Exclude<KeepAliveOutcome, { kind: 'alive' }>,
  answer: GraphAnswer,
): { readonly status: number; readonly detail: string } {
  switch (outcome.kind) {
    case 'gone':
      return { status: 404, detail: `Graph knows no call ${callId}: it has ended, or never was.` };
    case 'unclear':
      return {
        status: 502,
        detail: `Graph answered 404 for call ${callId} without saying that the call is over. Check GRAPH_BASE_URL and GRAPH_CLOUD.`,
      };
    case 'denied':
      return { status: 502, detail: `${sentence(toFailureText(`denied: ${outcome.code}`))} ${outcome.reason}` };
    case 'retry':
      return { status: toRetryStatus(answer), detail: sentence(toFailureText(outcome.reason)) };
  }
}

/** Graph's own "come back later" stays one. */
function toRetryStatus(answer: GraphAnswer): number {
  if (answer.kind === 'failed') return answer.reason === 'timeout' ? 504 : 502;
  return answer.status === 429 || answer.status === 503 ? 503 : answer.status === 504 ? 504 : 502;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
