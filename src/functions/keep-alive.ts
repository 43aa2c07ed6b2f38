import type { InvocationContext } from '@azure/functions';
import type { GraphCalls } from '../adapters/graph-calls.ts';
import type { AppEvent } from '../core/app-event.ts';
import { classifyGraphAnswer } from '../core/classify-graph-answer.ts';
import type { KeepAliveOutcome } from '../core/keep-alive-outcome.ts';
import { logEvents } from './log-events.ts';

/** What the orchestration hands to the `keepAlive` activity. It lies in the durable history: ids and instants only. */
export interface KeepAliveInput {
  readonly callId: string;
  readonly graphCallId: string;
  readonly tenantId?: string;
  readonly attempt: number;
  readonly dueAtMs: number;
  readonly deadlineAtMs: number;
}

/**
 * The activity `keepAlive`: sends one keepAlive and returns a value for every outcome. May run twice: harmless.
 *
 * Effects: one POST to Graph (see graph-calls), one event.
 * `timeScale` shortens Graph's Retry-After like every other duration of a simulated call.
 */
export function keepAlive({ graph, timeScale }: { readonly graph: GraphCalls; readonly timeScale: number }) {
  return async (input: KeepAliveInput, context: InvocationContext): Promise<KeepAliveOutcome> => {
    const answer = await graph.keepAlive({ graphCallId: input.graphCallId, tenantId: input.tenantId });
    const outcome = scaled(classifyGraphAnswer(answer), timeScale);
    logEvents(context)(toEvent(input, outcome));
    return outcome;
  };
}

function scaled(outcome: KeepAliveOutcome, timeScale: number): KeepAliveOutcome {
  return outcome.kind === 'retry' && outcome.afterMs !== undefined
    ? { ...outcome, afterMs: outcome.afterMs / timeScale }
    : outcome;
}

function toEvent(input: KeepAliveInput, outcome: KeepAliveOutcome): AppEvent {
  const marginSeconds = toSeconds(input.deadlineAtMs - outcome.sentAtMs);
  const facts = {
    callId: input.callId,
    attempt: input.attempt,
    latenessSeconds: toSeconds(outcome.sentAtMs - input.dueAtMs),
    marginSeconds,
    durationMs: outcome.durationMs,
    requestId: outcome.requestId,
    clientRequestId: outcome.clientRequestId,
    tenantId: outcome.tenantId,
  };
  if (outcome.kind === 'alive') return { event: 'keepAlive.succeeded', level: 'info', ...facts };
  return {
    event: marginSeconds > 0 ? 'keepAlive.failed' : 'keepAlive.overdue',
    level: outcome.kind === 'gone' ? 'info' : marginSeconds > 0 ? 'warning' : 'error',
    ...facts,
    outcome: outcome.kind,
    reason: outcome.kind === 'retry' || outcome.kind === 'denied' ? outcome.reason : undefined,
    code: outcome.kind === 'denied' ? outcome.code : undefined,
  };
}

function toSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
