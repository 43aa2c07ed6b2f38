import { createExternalEvents, type ExternalEvents } from './external-events.ts';
import { type EventRaised, EventType, type HistoryEvent } from './history-event.ts';
import { createTask, type SyncTask, settle } from './sync-task.ts';

/** What a turn decided to do, keyed by its sequence id. Inputs and results are texts. */
export type Decision =
  | { readonly kind: 'scheduleActivity'; readonly id: number; readonly name: string; readonly input: string }
  | { readonly kind: 'createTimer'; readonly id: number; readonly fireAtMs: number }
  | {
      readonly kind: 'createSubOrchestration';
      readonly id: number;
      readonly name: string;
      readonly version: string | null;
      readonly instanceId: string;
      readonly input: string;
    }
  | {
      readonly kind: 'complete';
      readonly id: number;
      readonly status: 'Completed' | 'Failed' | 'Terminated';
      readonly result: string | null;
      readonly details: string | null;
    }
  | {
      readonly kind: 'continueAsNew';
      readonly id: number;
      readonly input: string;
      readonly carryOver: readonly EventRaised[];
    };

/** The history has something that the code, as it is now, did not ask for. */
export class NonDeterministicOrchestrationError extends Error {
  readonly code = 'NonDeterministicOrchestration';
  override readonly name = 'NonDeterministicOrchestrationError';
}

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

const decisionNames = {
  scheduleActivity: 'ScheduleTaskOrchestratorAction',
  createTimer: 'CreateTimerOrchestratorAction',
  createSubOrchestration: 'CreateSubOrchestrationAction',
  complete: 'OrchestrationCompleteOrchestratorAction',
  continueAsNew: 'OrchestrationCompleteOrchestratorAction',
} as const;

type ScheduledKind = 'scheduleActivity' | 'createTimer' | 'createSubOrchestration';

const taskWords = {
  scheduleActivity: 'an activity task',
  createTimer: 'a timer task',
  createSubOrchestration: 'a sub-orchestration task',
} as const;

/** Throws unless `decision` is what the history says was decided under this id. */
function assertSameDecision(
  decision: Decision | undefined,
  kind: ScheduledKind,
  id: number,
  name: string | undefined,
): void {
  const named = name === undefined ? '' : ` and name '${name}'`;
  const scheduled = `Non-Deterministic workflow detected: A previous execution of this orchestration scheduled ${taskWords[kind]} with sequence ID ${id}${named}`;
  const question = 'Was a change made to the orchestrator code after this instance had already started running?';
  if (decision === undefined) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current replay execution hasn't (yet?) scheduled this task. ${question}`,
    );
  }
  if (decision.kind !== kind) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current orchestration replay instead produced a ${decisionNames[decision.kind]} action with this sequence number. ${question}`,
    );
  }
  if (name !== undefined && 'name' in decision && decision.name.toLowerCase() !== name.toLowerCase()) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current orchestration replay instead scheduled a task with name '${decision.name}' at this sequence number. ${question}`,
    );
  }
}

interface ContextState {
  nextId: number;
  nowAt: string;
  /** `nowAt` as a number; undefined until somebody asks. */
  nowMs: number | undefined;
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
  // Terminating is forceful: the real one would start the next generation all the same, from a terminated one.
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
    nowAt: '',
    nowMs: undefined,
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
      state.nowAt = event.Timestamp;
      state.nowMs = undefined;
      return;
    }
    const overridesSuspension =
      event.EventType === EventType.ExecutionResumed || event.EventType === EventType.ExecutionTerminated;
    if (!state.isSuspended || overridesSuspension) apply(state, event, options.onExecutionStarted, process);
    else if (event.EventType !== EventType.ExecutionSuspended) state.heldEvents.push(event);
  }

  return {
    executionId: options.executionId,
    nowMs() {
      state.nowMs ??= Date.parse(state.nowAt);
      return state.nowMs;
    },
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
