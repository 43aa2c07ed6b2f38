import { EventType, type ExecutionStarted, type HistoryEvent } from '../hub/history-event.ts';
import type { InstanceRow, NewHubMessage } from '../hub/hub-store.ts';
import { applyToRow } from '../hub/instance-row.ts';
import type { Decision } from './decision.ts';
import { toEffect } from './decision-effects.ts';
import { type Generation, replayGeneration, type TurnContext } from './replay-generation.ts';

/** What is known of an instance before a turn. */
export interface TurnInput {
  readonly row: InstanceRow;
  readonly past: readonly HistoryEvent[];
  /** New events, in order. The first is ExecutionStarted when `past` is empty. */
  readonly events: readonly HistoryEvent[];
  readonly nowMs: number;
}

export interface TurnResult {
  readonly row: InstanceRow;
  /** True when a new generation replaced the history. */
  readonly isNewGeneration: boolean;
  /** What this turn adds to the history. */
  readonly entries: readonly HistoryEvent[];
  readonly send: readonly NewHubMessage[];
}

function findStarted(entries: readonly HistoryEvent[]): ExecutionStarted | undefined {
  for (const event of entries) if (event.EventType === EventType.ExecutionStarted) return event;
  return undefined;
}

function requireStarted(input: TurnInput, fresh: readonly HistoryEvent[]): ExecutionStarted {
  const started = findStarted(input.past) ?? findStarted(fresh);
  if (started !== undefined) return started;
  throw new Error(
    `the history of instance '${input.row.instanceId}' has no ExecutionStarted event; purge the instance`,
  );
}

/** The first events of the generation that follows `previous`. */
function startGeneration(
  context: TurnContext,
  { started: previous, instanceId, parentInstanceId }: Generation,
  decision: Extract<Decision, { kind: 'continueAsNew' }>,
  nowMs: number,
): Generation {
  const Timestamp = new Date(nowMs).toISOString();
  const started: ExecutionStarted = {
    ...previous,
    Timestamp,
    OrchestrationInstance: { InstanceId: previous.OrchestrationInstance.InstanceId, ExecutionId: context.newId() },
    Input: decision.input,
  };
  const fresh: readonly HistoryEvent[] = [
    { EventType: EventType.OrchestratorStarted, EventId: -1, Timestamp },
    started,
    ...decision.carryOver,
    { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp },
  ];
  return { instanceId, parentInstanceId, past: [], fresh, started };
}

/**
 * One turn of an orchestration: calls the function with the whole history, and turns its actions into new events and
 * messages. A continueAsNew starts the next generation within the same turn.
 *
 * Errors: InvocationLostError when the worker was lost; then nothing may be committed.
 * Source: Azure/durabletask, TaskOrchestrationDispatcher.cs, OnProcessWorkItemAsync.
 */
export async function runOrchestratorTurn(context: TurnContext, input: TurnInput): Promise<TurnResult> {
  const { nowMs } = input;
  const Timestamp = new Date(nowMs).toISOString();
  const orchestratorStarted: HistoryEvent = { EventType: EventType.OrchestratorStarted, EventId: -1, Timestamp };
  const fresh = [orchestratorStarted, ...input.events];
  const { instanceId, parentInstanceId } = input.row;
  const started = requireStarted(input, fresh);
  let generation: Generation = { instanceId, parentInstanceId, past: input.past, fresh, started };
  let isNewGeneration = input.past.length === 0;
  let previousCustomStatus: string | null = null;
  const send: NewHubMessage[] = [];

  for (;;) {
    const { decisions, customStatus } = await replayGeneration(context, generation);
    const { started } = generation;
    const executionId = started.OrchestrationInstance.ExecutionId;
    const deciding = { instanceId, executionId, started, nowMs, newId: context.newId };
    const effects = decisions.map((decision) => toEffect(deciding, decision));
    for (const { message } of effects) if (message !== undefined) send.push(message);

    const next = decisions.find((decision) => decision.kind === 'continueAsNew');
    if (next !== undefined) {
      generation = startGeneration(context, generation, next, nowMs);
      isNewGeneration = true;
      previousCustomStatus = customStatus;
      continue;
    }
    const completed: HistoryEvent = { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp };
    const decided = [...effects.map(({ event }) => event), completed];
    const entries = [...generation.fresh, ...decided];
    const row = entries.reduce((before, event) => applyToRow(before, event), input.row);
    return {
      // The custom status is what this turn's call set, or nothing: the real provider writes "null" over the old one.
      row: { ...row, customStatusJson: customStatus ?? previousCustomStatus, lastUpdatedAtMs: nowMs },
      isNewGeneration,
      entries,
      send,
    };
  }
}
