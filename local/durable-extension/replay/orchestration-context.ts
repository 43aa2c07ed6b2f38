import { type EventRaised, EventType, type HistoryEvent } from '../hub/history-event.ts';
import { assertSameDecision, type Decision, type ScheduledKind } from './decision.ts';
import { createExternalEvents, type ExternalEvents } from './external-events.ts';
import { createTask, type SyncTask, settle } from './sync-task.ts';

/** One turn's view of an orchestration: sequence ids, open tasks and decisions, moved on by history events. */
export interface OrchestrationContext {
  readonly executionId: string;
  /** Time of the turn that is being replayed. */
  nowMs(): number;
  scheduleActivity(name: string, input: string): SyncTask;
  createTimer(fireAtMs: number): { readonly task: SyncTask; readonly cancel: () => void };
  createSubOrchestration(name: string, version: string | null, instanceId: string | undefined, input: string): SyncTask;
  waitForExternalEvent: ExternalEvents['wait'];
  continueAsNew(input: string): void;
  complete(status: 'Completed' | 'Failed' | 'Terminated', result: string | null, details: string | null): void;
  /** Errors: NonDeterministicOrchestrationError. */
  process(event: HistoryEvent): void;
  readonly hasOpenTasks: boolean;
  readonly decisions: readonly Decision[];
}

interface ContextState {
  nextId: number;
  nowMs: number;
  isSuspended: boolean;
  /** Terminated, or completed for good. */
  isEnded: boolean;
  continueAsNewInput: string | undefined;
  decisions: Map<number, Decision>;
  decisionsBeforeSuspension: Map<number, Decision>;
  readonly openTasks: Map<number, SyncTask>;
  readonly heldEvents: HistoryEvent[];
  readonly carryOver: EventRaised[];
  readonly events: ExternalEvents;
}

function settleTask(state: ContextState, id: number, outcome: 'completed' | 'failed'): void {
  const task = state.openTasks.get(id);
  // A result for a task that is not open is a duplicate, or a cancelled timer that came due: it is only logged.
  if (task === undefined) return;
  settle(task, outcome);
  state.openTasks.delete(id);
}

function matchDecision(state: ContextState, kind: ScheduledKind, id: number, name?: string): void {
  assertSameDecision(state.decisions.get(id), kind, id, name);
  state.decisions.delete(id);
}

function suspend(state: ContextState): void {
  state.isSuspended = true;
  for (const [id, decision] of state.decisions) state.decisionsBeforeSuspension.set(id, decision);
  state.decisions.clear();
}

function resume(state: ContextState, process: (event: HistoryEvent) => void): void {
  state.isSuspended = false;
  for (const [id, decision] of state.decisionsBeforeSuspension) state.decisions.set(id, decision);
  state.decisionsBeforeSuspension.clear();
  for (let held = state.heldEvents.shift(); held !== undefined; held = state.heldEvents.shift()) process(held);
}

function complete(
  state: ContextState,
  status: 'Completed' | 'Failed' | 'Terminated',
  result: string | null,
  details: string | null,
): void {
  // Terminating is forceful, also against a continueAsNew of the same batch (where the real one may go on all the same).
  if (state.isEnded) return;
  const id = state.nextId++;
  if (status === 'Completed' && state.continueAsNewInput !== undefined) {
    state.decisions.set(id, {
      kind: 'continueAsNew',
      id,
      input: state.continueAsNewInput,
      carryOver: state.carryOver,
    });
    return;
  }
  state.isEnded = true;
  state.decisions.set(id, { kind: 'complete', id, status, result, details });
}

/** Applies one event; `process` is called again for events that a suspension held back. */
function apply(
  state: ContextState,
  event: HistoryEvent,
  onExecutionStarted: () => void,
  process: (event: HistoryEvent) => void,
): void {
  switch (event.EventType) {
    case EventType.ExecutionStarted:
      onExecutionStarted();
      return;
    case EventType.ExecutionTerminated:
      complete(state, 'Terminated', event.Input, null);
      return;
    case EventType.TaskScheduled:
      matchDecision(state, 'scheduleActivity', event.EventId, event.Name);
      return;
    case EventType.TimerCreated:
      matchDecision(state, 'createTimer', event.EventId);
      return;
    case EventType.SubOrchestrationInstanceCreated:
      matchDecision(state, 'createSubOrchestration', event.EventId, event.Name);
      return;
    case EventType.TaskCompleted:
    case EventType.SubOrchestrationInstanceCompleted:
      settleTask(state, event.TaskScheduledId, 'completed');
      return;
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceFailed:
      settleTask(state, event.TaskScheduledId, 'failed');
      return;
    case EventType.TimerFired:
      settleTask(state, event.TimerId, 'completed');
      return;
    case EventType.EventRaised:
      if (state.continueAsNewInput === undefined) state.events.raise(event.Name);
      else state.carryOver.push(event);
      return;
    case EventType.ExecutionSuspended:
      suspend(state);
      return;
    case EventType.ExecutionResumed:
      resume(state, process);
      return;
    case EventType.OrchestratorStarted:
    case EventType.OrchestratorCompleted:
    case EventType.ExecutionCompleted:
    case EventType.ContinueAsNew:
    case EventType.GenericEvent:
      return;
    default:
      event satisfies never;
  }
}

/**
 * Port of DurableTask.Core's TaskOrchestrationContext, with the event handling of TaskOrchestrationExecutor.
 *
 * Source: Azure/durabletask, src/DurableTask.Core/TaskOrchestrationContext.cs and TaskOrchestrationExecutor.cs.
 */
export function createOrchestrationContext(options: {
  readonly executionId: string;
  readonly onExecutionStarted: () => void;
}): OrchestrationContext {
  const state: ContextState = {
    nextId: 0,
    nowMs: Number.NaN,
    isSuspended: false,
    isEnded: false,
    continueAsNewInput: undefined,
    decisions: new Map(),
    decisionsBeforeSuspension: new Map(),
    openTasks: new Map(),
    heldEvents: [],
    carryOver: [],
    events: createExternalEvents(),
  };

  function open(id: number, decision: Decision): SyncTask {
    const task = createTask();
    state.decisions.set(id, decision);
    state.openTasks.set(id, task);
    return task;
  }

  function process(event: HistoryEvent): void {
    if (event.EventType === EventType.OrchestratorStarted) {
      state.nowMs = Date.parse(event.Timestamp);
      return;
    }
    const overridesSuspension =
      event.EventType === EventType.ExecutionResumed || event.EventType === EventType.ExecutionTerminated;
    if (!state.isSuspended || overridesSuspension) apply(state, event, options.onExecutionStarted, process);
    else if (event.EventType !== EventType.ExecutionSuspended) state.heldEvents.push(event);
  }

  return {
    executionId: options.executionId,
    nowMs: () => state.nowMs,
    scheduleActivity(name, input) {
      const id = state.nextId++;
      return open(id, { kind: 'scheduleActivity', id, name, input });
    },
    createTimer(fireAtMs) {
      const id = state.nextId++;
      const task = open(id, { kind: 'createTimer', id, fireAtMs });
      const cancel = () => {
        if (settle(task, 'canceled')) state.openTasks.delete(id);
      };
      return { task, cancel };
    },
    createSubOrchestration(name, version, instanceId, input) {
      const id = state.nextId++;
      const childId = instanceId ?? `${options.executionId}:${id}`;
      return open(id, { kind: 'createSubOrchestration', id, name, version, instanceId: childId, input });
    },
    waitForExternalEvent: state.events.wait,
    continueAsNew(input) {
      state.continueAsNewInput = input;
    },
    complete: (status, result, details) => complete(state, status, result, details),
    process,
    get hasOpenTasks() {
      return state.openTasks.size > 0;
    },
    get decisions() {
      return [...state.decisions.values()];
    },
  };
}
