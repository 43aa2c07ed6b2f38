import type { InvocationContext } from '@azure/functions';
import type { GraphCalls } from '../adapters/graph-calls.ts';
import type { Tracing } from '../adapters/tracing.ts';
import { classifyGraphAnswer } from '../core/classify-graph-answer.ts';
import { toKeepAliveEvent } from '../core/keep-alive-event.ts';
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

export interface KeepAliveDependencies {
  readonly graph: GraphCalls;
  readonly tracing: Tracing;
  /** Shortens Graph's Retry-After like every other duration of a simulated call. */
  readonly timeScale: number;
}

/**
 * The activity `keepAlive`: sends one keepAlive and returns a value for every outcome. May run twice: harmless.
 *
 * Effects: one POST to Graph (see graph-calls), one event, one span and one metric.
 */
export function keepAlive({ graph, tracing, timeScale }: KeepAliveDependencies) {
  return async (input: KeepAliveInput, context: InvocationContext): Promise<KeepAliveOutcome> => {
    const target = { graphCallId: input.graphCallId, tenantId: input.tenantId };
    const answer = await tracing.within(context.traceContext, () => graph.keepAlive(target));
    const outcome = scaled(classifyGraphAnswer(answer), timeScale);
    logEvents(context)(toKeepAliveEvent(input, outcome));
    tracing.sentKeepAlive(input.deadlineAtMs - outcome.sentAtMs, outcome.kind);
    return outcome;
  };
}

function scaled(outcome: KeepAliveOutcome, timeScale: number): KeepAliveOutcome {
  return outcome.kind === 'retry' && outcome.afterMs !== undefined
    ? { ...outcome, afterMs: outcome.afterMs / timeScale }
    : outcome;
}
