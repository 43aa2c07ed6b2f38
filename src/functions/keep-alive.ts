import type { InvocationContext } from '@azure/functions';
import type { GraphCalls } from '../adapters/graph-calls.ts';
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
    logEvents(context)(toKeepAliveEvent(input, outcome));
    return outcome;
  };
}

function scaled(outcome: KeepAliveOutcome, timeScale: number): KeepAliveOutcome {
  return outcome.kind === 'retry' && outcome.afterMs !== undefined
    ? { ...outcome, afterMs: outcome.afterMs / timeScale }
    : outcome;
}
