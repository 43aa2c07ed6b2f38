import type { GraphAnswer, GraphAnswered } from './graph-answer.ts';
import type { KeepAliveAttempt, KeepAliveOutcome } from './keep-alive-outcome.ts';

/** 8522 is seen with "Call not found." (github.com/microsoftgraph/microsoft-graph-comms-samples/issues/191); 8523 is its neighbour. */
const callNotFoundCodes: ReadonlySet<string> = new Set(['8522', '8523']);

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
  if (status === 400 || status === 401 || status === 403) {
    const code = answer.errorCode ?? `http${status}`;
    return { kind: 'denied', code, reason: answer.errorMessage ?? `Graph answered ${status}`, ...attempt };
  }
  return {
    kind: 'retry',
    reason: answer.errorCode === undefined ? `http ${status}` : `http ${status} ${answer.errorCode}`,
    ...(answer.retryAfterMs === undefined ? {} : { afterMs: answer.retryAfterMs }),
    ...attempt,
  };
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
