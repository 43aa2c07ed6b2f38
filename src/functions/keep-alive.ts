import type { InvocationContext } from '@azure/functions';
import type { GraphCalls } from '../adapters/graph-calls.ts';
import type { Heartbeats } from '../adapters/heartbeats.ts';
import type { Tracing } from '../adapters/tracing.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import { toHeartbeat } from '../core/call-record/heartbeat.ts';
import { classifyGraphAnswer } from '../core/graph-answers/classify-graph-answer.ts';
import { toKeepAliveEvent } from '../core/keepalive/keep-alive-event.ts';
import { type KeepAliveOutcome, type RememberedOutcome, toRemembered } from '../core/keepalive/keep-alive-outcome.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { logEvents } from './log-events.ts';

/** What the orchestration hands to the `keepAlive` activity. It lies in the durable history: ids and instants only. */
export interface KeepAliveInput {
  readonly graphCallId: string;
  readonly tenantId?: string | undefined;
  readonly attempt: number;
  /** Tries before this one that failed, and how many of them in a row up to now; absent for none. */
  readonly failed?: number;
  readonly failures?: number;
  readonly dueAtMs: number;
  readonly deadlineAtMs: number;
}

export interface KeepAliveDependencies {
  readonly graph: GraphCalls;
  readonly heartbeats: Heartbeats;
  readonly limits: KeepaliveLimits;
  readonly tracing: Tracing;
  /** Shortens Graph's Retry-After like every other duration of a simulated call. */
  readonly timeScale: number;
  readonly homeTenantId: string;
}

/**
 * The activity `keepAlive`: sends one keepAlive and returns a value for every outcome, what the orchestration needs of it. May run twice: harmless.
 * Where the loop could take the call for lost (a failed try, and one past its deadline) the call's record is asked
 * whether somebody else had a success since.
 *
 * Effects: one POST to Graph (see graph-calls), one heartbeat, one event, one span and one metric; in trouble one table
 * read before the heartbeat.
 */
export function keepAlive({ graph, heartbeats, limits, tracing, timeScale, homeTenantId }: KeepAliveDependencies) {
  return async (input: KeepAliveInput, context: InvocationContext): Promise<RememberedOutcome> => {
    const callId = parseCallId(input.graphCallId);
    const namedTenantId = async () => callId && (await heartbeats.namedTenantId(callId));
    const request = { graphCallId: input.graphCallId, tenantId: input.tenantId, namedTenantId };
    const answer = await tracing.within(context.traceContext, () => graph.keepAlive(request));
    const outcome = scaled(classifyGraphAnswer(answer), timeScale);
    const isInTrouble = isFailed(outcome) || outcome.sentAtMs >= input.deadlineAtMs;
    const lastSuccessAtMs = isInTrouble && callId ? await heartbeats.lastSuccessMs(callId) : undefined;
    const deadlineAtMs = Math.max(input.deadlineAtMs, (lastSuccessAtMs ?? 0) + limits.maximumGapMs);
    logEvents(context)(toKeepAliveEvent({ ...input, callId: callId ?? input.graphCallId, deadlineAtMs }, outcome));
    tracing.sentKeepAlive(deadlineAtMs - outcome.sentAtMs, outcome.kind);
    const { attempt, failed = 0, failures = 0 } = input;
    const heartbeat = toHeartbeat(outcome, { by: 'orchestration', attempt, failed, failures }, limits);
    if (callId !== undefined) await heartbeats.record(callId, heartbeat);
    const isNews = deadlineAtMs > input.deadlineAtMs && lastSuccessAtMs !== undefined;
    return { ...toRemembered(outcome, input.tenantId, homeTenantId), ...(isNews ? { lastSuccessAtMs } : {}) };
  };
}

function isFailed({ kind }: KeepAliveOutcome): boolean {
  return kind !== 'alive' && kind !== 'gone';
}

function scaled(outcome: KeepAliveOutcome, timeScale: number): KeepAliveOutcome {
  return outcome.kind === 'retry' && outcome.afterMs !== undefined
    ? { ...outcome, afterMs: outcome.afterMs / timeScale }
    : outcome;
}
