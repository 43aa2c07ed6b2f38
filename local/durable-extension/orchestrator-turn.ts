import type { Invoke, RpcTypedData } from '../functions-host/invocation.ts';
import { walkActions } from './action-walk.ts';
import type { Decision } from './decision.ts';
import { toEffect } from './decision-effects.ts';
import type { FunctionTable } from './extension-options.ts';
import {
  EventType,
  type ExecutionStarted,
  type HistoryEntry,
  type HistoryEvent,
  joinHistory,
  toHistoryEntry,
} from './history-event.ts';
import type { InstanceRow, NewHubMessage } from './hub-store.ts';
import { applyToRow } from './instance-row.ts';
import { InvocationLostError } from './invocation-lost-error.ts';
import { buildOrchestratorInput, readOrchestratorInput } from './orchestrator-input.ts';
import { type OrchestratorState, parseOrchestratorState, parseThrownState } from './orchestrator-state.ts';
import { createPlayedHistory, type PlayedHistory, readEvent } from './played-history.ts';

export interface TurnContext {
  readonly invoke: Invoke;
  readonly functions: FunctionTable;
  readonly defaultVersion: string | null;
  readonly newId: () => string;
  /** See DurableExtensionOptions. */
  readonly fast: boolean;
}

/** What is known of an instance before a turn. */
export interface TurnInput {
  readonly row: InstanceRow;
  readonly past: PlayedHistory;
  /** New events, in order. The first is ExecutionStarted when `past` is empty. */
  readonly events: readonly HistoryEvent[];
  readonly nowMs: number;
}

export interface TurnResult {
  readonly row: InstanceRow;
  /** True when a new generation replaced the history. */
  readonly isNewGeneration: boolean;
  /** What this turn adds to the history. */
  readonly entries: readonly HistoryEntry[];
  readonly send: readonly NewHubMessage[];
}

type CalledState = OrchestratorState | { readonly kind: 'unusable'; readonly reason: string };

/** Errors: InvocationLostError only; everything else that goes wrong is a reason to fail the instance. */
async function callOrchestrator(context: TurnContext, name: string, input: RpcTypedData): Promise<CalledState> {
  if (!context.functions.isOrchestrator(name)) {
    return { kind: 'unusable', reason: context.functions.describeUnknown(name, 'orchestrator') };
  }
  try {
    return parseOrchestratorState(await context.invoke(name, input));
  } catch (thrown) {
    if (thrown instanceof InvocationLostError) throw thrown;
    return (
      parseThrownState(thrown) ?? {
        kind: 'unusable',
        reason: thrown instanceof Error ? thrown.message : String(thrown),
      }
    );
  }
}

function findStarted(entries: readonly HistoryEntry[]): ExecutionStarted | undefined {
  for (const { event } of entries) if (event.EventType === EventType.ExecutionStarted) return event;
  return undefined;
}

function requireStarted(input: TurnInput, fresh: readonly HistoryEntry[]): ExecutionStarted {
  const started = findStarted(input.past.entries) ?? findStarted(fresh);
  if (started !== undefined) return started;
  throw new Error(
    `the history of instance '${input.row.instanceId}' has no ExecutionStarted event; purge the instance`,
  );
}

interface Generation {
  readonly past: PlayedHistory;
  readonly fresh: readonly HistoryEntry[];
  readonly started: ExecutionStarted;
}

/** The first events of the generation that follows `previous`. */
function startGeneration(
  context: TurnContext,
  previous: ExecutionStarted,
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
  const events: readonly HistoryEvent[] = [
    { EventType: EventType.OrchestratorStarted, EventId: -1, Timestamp },
    started,
    ...decision.carryOver,
    { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp },
  ];
  return { past: createPlayedHistory([]), fresh: events.map(toHistoryEntry), started };
}

function toInput({ fast }: TurnContext, row: InstanceRow, { past, fresh, started }: Generation): RpcTypedData {
  const { instanceId, parentInstanceId } = row;
  const described = { instanceId, parentInstanceId, inputJson: started.Input };
  const isReplaying = past.entries.length > 0;
  if (fast) {
    const history = [...past.read(), ...fresh.map(({ event }) => readEvent(event, false))];
    return { value: readOrchestratorInput(described, history, isReplaying) };
  }
  const historyJson = past.json() + (isReplaying ? ',' : '') + joinHistory(fresh, false);
  return { string: buildOrchestratorInput(described, historyJson, isReplaying) };
}

async function decide(
  context: TurnContext,
  row: InstanceRow,
  generation: Generation,
): Promise<{ readonly decisions: readonly Decision[]; readonly customStatus: string | null }> {
  const { past, fresh, started } = generation;
  const state = await callOrchestrator(context, started.Name, toInput(context, row, generation));
  const decisions = walkActions({
    orchestratorName: started.Name,
    executionId: started.OrchestrationInstance.ExecutionId,
    state,
    past: past.entries,
    fresh,
    defaultVersion: context.defaultVersion,
    ...context.functions,
  });
  return { decisions, customStatus: 'kind' in state ? null : state.customStatus };
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
  const fresh = [orchestratorStarted, ...input.events].map(toHistoryEntry);
  const { past } = input;
  let generation: Generation = { past, fresh, started: requireStarted(input, fresh) };
  let isNewGeneration = past.entries.length === 0;
  let previousCustomStatus: string | null = null;
  const send: NewHubMessage[] = [];

  for (;;) {
    const { decisions, customStatus } = await decide(context, input.row, generation);
    const { started } = generation;
    const { InstanceId: instanceId, ExecutionId: executionId } = started.OrchestrationInstance;
    const effects = decisions.map((decision) =>
      toEffect({ instanceId, executionId, started, nowMs, newId: context.newId }, decision),
    );
    for (const { message } of effects) if (message !== undefined) send.push(message);

    const next = decisions.find((decision) => decision.kind === 'continueAsNew');
    if (next !== undefined) {
      generation = startGeneration(context, started, next, nowMs);
      isNewGeneration = true;
      previousCustomStatus = customStatus;
      continue;
    }
    const completed: HistoryEvent = { EventType: EventType.OrchestratorCompleted, EventId: -1, Timestamp };
    const decided = [...effects.map(({ event }) => event), completed].map(toHistoryEntry);
    const entries = [...generation.fresh, ...decided];
    const row = entries.reduce((before, { event }) => applyToRow(before, event), input.row);
    return {
      // The custom status is what this turn's call set, or nothing: the real provider writes "null" over the old one.
      row: { ...row, customStatusJson: customStatus ?? previousCustomStatus, lastUpdatedAtMs: nowMs },
      isNewGeneration,
      entries,
      send,
    };
  }
}
