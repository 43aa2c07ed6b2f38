/**
 * The history events of Durable Task, in the JSON shape that the extension sends to an orchestrator function.
 *
 * Source: Azure/durabletask, src/DurableTask.Core/History; npm durable-functions, lib/src/history.
 */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventRaised: 15,
  ContinueAsNew: 16,
  GenericEvent: 17,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

type TypeNumber<Name extends keyof typeof EventType> = (typeof EventType)[Name];

interface Common<Name extends keyof typeof EventType> {
  readonly EventType: TypeNumber<Name>;
  /** The sequence id for what the orchestrator scheduled, else -1. */
  readonly EventId: number;
  /** ISO 8601, when the event was made. */
  readonly Timestamp: string;
}

/** Who waits for a sub-orchestration. */
export interface ParentInstance {
  readonly Name: string;
  readonly Version: string | null;
  readonly TaskScheduleId: number;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
}

export interface ExecutionStarted extends Common<'ExecutionStarted'> {
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly ParentInstance: ParentInstance | null;
  readonly Name: string;
  readonly Version: string | null;
  /** JSON text. */
  readonly Input: string | null;
}

export interface ExecutionCompleted extends Common<'ExecutionCompleted'> {
  /** Number of the status: 1 Completed, 3 Failed, 5 Terminated. */
  readonly OrchestrationStatus: number;
  readonly Result: string | null;
}

export interface TaskScheduled extends Common<'TaskScheduled'> {
  readonly Name: string;
  readonly Version: string;
  /** JSON text in the work item; null in the history (storeInputsInOrchestrationHistory is off by default). */
  readonly Input: string | null;
}

export interface TaskCompleted extends Common<'TaskCompleted'> {
  readonly TaskScheduledId: number;
  /** JSON text. */
  readonly Result: string;
}

export interface TaskFailed extends Common<'TaskFailed'> {
  readonly TaskScheduledId: number;
  readonly Reason: string;
  readonly Details: string | null;
  readonly FailureDetails: null;
}

export interface SubOrchestrationInstanceCreated extends Common<'SubOrchestrationInstanceCreated'> {
  readonly Name: string;
  readonly Version: string | null;
  readonly InstanceId: string;
  readonly Input: string | null;
}

export interface SubOrchestrationInstanceCompleted extends Common<'SubOrchestrationInstanceCompleted'> {
  readonly TaskScheduledId: number;
  readonly Result: string;
}

export interface SubOrchestrationInstanceFailed extends Common<'SubOrchestrationInstanceFailed'> {
  readonly TaskScheduledId: number;
  readonly Reason: string | null;
  readonly Details: string | null;
  readonly FailureDetails: null;
}

export interface TimerCreated extends Common<'TimerCreated'> {
  readonly FireAt: string;
}

export interface TimerFired extends Common<'TimerFired'> {
  readonly TimerId: number;
  readonly FireAt: string;
}

export interface EventRaised extends Common<'EventRaised'> {
  readonly Name: string;
  /** JSON text. */
  readonly Input: string;
}

export interface ContinueAsNew extends Common<'ContinueAsNew'> {
  readonly OrchestrationStatus: number;
  readonly Result: string | null;
}

/** Does nothing but begin a turn. */
export interface GenericEvent extends Common<'GenericEvent'> {
  readonly Data: string | null;
}

/** `Input` holds the reason. */
export interface ExecutionTerminated extends Common<'ExecutionTerminated'> {
  readonly Input: string | null;
}

export interface ExecutionSuspended extends Common<'ExecutionSuspended'> {
  readonly Reason: string | null;
}

export interface ExecutionResumed extends Common<'ExecutionResumed'> {
  readonly Reason: string | null;
}

export type HistoryEvent =
  | ExecutionStarted
  | ExecutionCompleted
  | ExecutionTerminated
  | TaskScheduled
  | TaskCompleted
  | TaskFailed
  | SubOrchestrationInstanceCreated
  | SubOrchestrationInstanceCompleted
  | SubOrchestrationInstanceFailed
  | TimerCreated
  | TimerFired
  | Common<'OrchestratorStarted'>
  | Common<'OrchestratorCompleted'>
  | EventRaised
  | ContinueAsNew
  | GenericEvent
  | ExecutionSuspended
  | ExecutionResumed;
