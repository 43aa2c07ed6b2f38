import { EventType, type ExecutionStarted, type HistoryEvent } from '../hub/history-event.ts';
import type { NewHubMessage } from '../hub/hub-store.ts';
import { RUNTIME_STATUSES } from '../hub/runtime-status.ts';
import type { Decision } from './decision.ts';

/** The generation whose decisions are carried out. */
export interface DecidingGeneration {
  readonly instanceId: string;
  readonly executionId: string;
  readonly started: ExecutionStarted;
  readonly nowMs: number;
  readonly newId: () => string;
}

type Effect = { readonly event: HistoryEvent; readonly message?: NewHubMessage };

function scheduleActivity(
  generation: DecidingGeneration,
  decision: Extract<Decision, { kind: 'scheduleActivity' }>,
  Timestamp: string,
): Effect {
  const scheduled = {
    EventType: EventType.TaskScheduled,
    EventId: decision.id,
    Timestamp,
    Name: decision.name,
  } as const;
  const { instanceId, executionId, nowMs } = generation;
  return {
    event: { ...scheduled, Version: '', Input: null },
    message: {
      queue: 'work',
      instanceId,
      executionId,
      visibleAtMs: nowMs,
      event: { ...scheduled, Version: '', Input: decision.input },
    },
  };
}

function createTimer(
  generation: DecidingGeneration,
  decision: Extract<Decision, { kind: 'createTimer' }>,
  Timestamp: string,
): Effect {
  const FireAt = new Date(decision.fireAtMs).toISOString();
  const { instanceId, executionId } = generation;
  return {
    event: { EventType: EventType.TimerCreated, EventId: decision.id, Timestamp, FireAt },
    message: {
      queue: 'control',
      instanceId,
      executionId,
      visibleAtMs: decision.fireAtMs,
      // The timestamp is that of its creation, as in the real one, where the message waits in the queue.
      event: { EventType: EventType.TimerFired, EventId: -1, Timestamp, TimerId: decision.id, FireAt },
    },
  };
}

function createSubOrchestration(
  generation: DecidingGeneration,
  decision: Extract<Decision, { kind: 'createSubOrchestration' }>,
  Timestamp: string,
): Effect {
  const { id, name: Name, version: Version, instanceId: InstanceId, input } = decision;
  const child = { InstanceId, ExecutionId: generation.newId() };
  const { instanceId, executionId, started, nowMs } = generation;
  return {
    event: {
      EventType: EventType.SubOrchestrationInstanceCreated,
      EventId: id,
      Timestamp,
      Name,
      Version,
      InstanceId,
      Input: null,
    },
    message: {
      queue: 'control',
      instanceId: InstanceId,
      executionId: child.ExecutionId,
      visibleAtMs: nowMs,
      event: {
        EventType: EventType.ExecutionStarted,
        EventId: -1,
        Timestamp,
        OrchestrationInstance: child,
        ParentInstance: {
          Name: started.Name,
          Version: started.Version,
          TaskScheduleId: id,
          OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
        },
        Name,
        Version,
        Input: input,
      },
    },
  };
}

function toParentEvent(
  decision: Extract<Decision, { kind: 'complete' }>,
  taskScheduledId: number,
  Timestamp: string,
): HistoryEvent {
  const common = { EventId: -1, Timestamp, TaskScheduledId: taskScheduledId };
  if (decision.status === 'Completed') {
    return { EventType: EventType.SubOrchestrationInstanceCompleted, ...common, Result: decision.result ?? 'null' };
  }
  return {
    EventType: EventType.SubOrchestrationInstanceFailed,
    ...common,
    Reason: decision.result,
    Details: decision.details,
    FailureDetails: null,
  };
}

function complete(
  generation: DecidingGeneration,
  decision: Extract<Decision, { kind: 'complete' }>,
  Timestamp: string,
): Effect {
  const event: HistoryEvent = {
    EventType: EventType.ExecutionCompleted,
    EventId: decision.id,
    Timestamp,
    OrchestrationStatus: RUNTIME_STATUSES.indexOf(decision.status),
    Result: decision.result,
  };
  const parent = generation.started.ParentInstance;
  if (parent === null) return { event };
  const { InstanceId, ExecutionId } = parent.OrchestrationInstance;
  return {
    event,
    message: {
      queue: 'control',
      instanceId: InstanceId,
      executionId: ExecutionId,
      visibleAtMs: generation.nowMs,
      event: toParentEvent(decision, parent.TaskScheduleId, Timestamp),
    },
  };
}

/**
 * What a decision adds to the history, and the message it sends.
 *
 * Source: Azure/durabletask, TaskOrchestrationDispatcher.cs, Process…Decision.
 */
export function toEffect(generation: DecidingGeneration, decision: Decision): Effect {
  const Timestamp = new Date(generation.nowMs).toISOString();
  switch (decision.kind) {
    case 'scheduleActivity':
      return scheduleActivity(generation, decision, Timestamp);
    case 'createTimer':
      return createTimer(generation, decision, Timestamp);
    case 'createSubOrchestration':
      return createSubOrchestration(generation, decision, Timestamp);
    case 'complete':
      return complete(generation, decision, Timestamp);
    case 'continueAsNew':
      return {
        event: {
          EventType: EventType.ContinueAsNew,
          EventId: decision.id,
          Timestamp,
          OrchestrationStatus: RUNTIME_STATUSES.indexOf('ContinuedAsNew'),
          Result: decision.input,
        },
      };
    default:
      return decision satisfies never;
  }
}
