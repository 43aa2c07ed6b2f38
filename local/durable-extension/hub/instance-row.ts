import { EventType, type HistoryEvent } from './history-event.ts';
import type { InstanceRow } from './hub-store.ts';
import { RUNTIME_STATUSES } from './runtime-status.ts';

/**
 * The status row after one more history event.
 *
 * A suspended instance shows the reason as its output, and a new generation has its own created time.
 * Source: Azure/durabletask, DurableTask.AzureStorage, AzureTableTrackingStore.cs, UpdateStateAsync.
 */
export function applyToRow(row: InstanceRow, event: HistoryEvent): InstanceRow {
  switch (event.EventType) {
    case EventType.ExecutionStarted:
      return {
        ...row,
        executionId: event.OrchestrationInstance.ExecutionId,
        name: event.Name,
        version: event.Version,
        parentInstanceId: event.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
        runtimeStatus: 'Running',
        inputJson: event.Input,
        createdAtMs: Date.parse(event.Timestamp),
      };
    case EventType.ExecutionCompleted:
      return {
        ...row,
        runtimeStatus: RUNTIME_STATUSES[event.OrchestrationStatus] ?? 'Completed',
        output: event.Result,
      };
    case EventType.ExecutionTerminated:
      return { ...row, runtimeStatus: 'Terminated', output: event.Input ?? row.output };
    case EventType.ExecutionSuspended:
      return { ...row, runtimeStatus: 'Suspended', output: event.Reason ?? row.output };
    case EventType.ExecutionResumed:
      return { ...row, runtimeStatus: 'Running', output: event.Reason ?? row.output };
    default:
      return row;
  }
}

/** The row of an instance that was only just asked for. */
export function toPendingRow(
  started: Extract<HistoryEvent, { EventType: typeof EventType.ExecutionStarted }>,
  revision: number,
): InstanceRow {
  const createdAtMs = Date.parse(started.Timestamp);
  return {
    instanceId: started.OrchestrationInstance.InstanceId,
    executionId: started.OrchestrationInstance.ExecutionId,
    name: started.Name,
    version: started.Version,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    runtimeStatus: 'Pending',
    inputJson: started.Input,
    customStatusJson: null,
    output: null,
    createdAtMs,
    lastUpdatedAtMs: createdAtMs,
    revision,
  };
}
