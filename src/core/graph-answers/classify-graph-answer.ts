import type { KeepAliveAttempt, KeepAliveOutcome } from '../keepalive/keep-alive-outcome.ts';
import type { GraphAnswer, GraphAnswered } from './graph-answer.ts';

/** 8522 is seen with "Call not found." (github.com/microsoftgraph/microsoft-graph-comms-samples/issues/191); 8523 is its neighbour. */
const callNotFoundCodes: ReadonlySet<string> = new Set(['8522', '8523']);

/** Tried again sooner than a refusal for want of rights: a token is new each time, and Entra's trouble passes. */
const RETRY_UNAUTHORIZED_AFTER_MS = 60_000;
/** A shorter Retry-After, 0 say, would have every call knock every few seconds while Graph asks for quiet. */
const SHORTEST_RETRY_AFTER_MS = 20_000;

/**
 * Decides what Graph's answer to a keepAlive means for the call.
 *
 * Shape: GraphAnswer → KeepAliveOutcome, total. Units: ms. Errors: none. Effects: none.
 * Source: https://learn.microsoft.com/graph/api/call-keepalive (404 = the call has ended).
 */
export function classifyGraphAnswer(answer: GraphAnswer): KeepAliveOutcome {
  switch (answer.kind) {
    case 'failed':
      return { kind: 'retry', reason: `${answer.reason} ${answer.detail}`, ...attemptOf(answer) };
    case 'answered':
      return classifyStatus(answer);
  }
}

function classifyStatus(answer: GraphAnswered): KeepAliveOutcome {
  const attempt = attemptOf(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'alive', ...attempt };
  if (status === 404) return { kind: saysCallNotFound(answer) ? 'gone' : 'unclear', ...attempt };
  if (status === 403 || (status === 400 && saysWhy(answer))) {
    const code = answer.errorCode ?? `http${status}`;
    return { kind: 'denied', code, reason: answer.errorMessage ?? `Graph answered ${status}`, ...attempt };
  }
  const afterMs = status === 401 ? RETRY_UNAUTHORIZED_AFTER_MS : answer.retryAfterMs;
  return {
    kind: 'retry',
    reason: answer.errorCode === undefined ? `http ${status}` : `http ${status} ${answer.errorCode}`,
    ...(afterMs === undefined ? {} : { afterMs: Math.max(afterMs, SHORTEST_RETRY_AFTER_MS) }),
    ...attempt,
  };
}

/** Graph names its reasons; a bare 400 is a gateway's, and passes (github.com/twentyhq/twenty/issues/23707). */
function saysWhy({ errorCode, errorMessage }: GraphAnswered): boolean {
  return errorCode !== undefined || errorMessage !== undefined;
}

function saysCallNotFound({ errorCode, errorMessage }: GraphAnswered): boolean {
  if (errorCode !== undefined && callNotFoundCodes.has(errorCode)) return true;
  return errorMessage?.toLowerCase().includes('call not found') ?? false;
}

function attemptOf(answer: GraphAnswer): KeepAliveAttempt {
  const { sentAtMs, durationMs, clientRequestId, tenantId } = answer;
  const requestId = answer.kind === 'answered' ? answer.requestId : undefined;
  return { sentAtMs, durationMs, clientRequestId, tenantId, ...(requestId === undefined ? {} : { requestId }) };
}
