import type { HistoryEvent } from '../hub/history-event.ts';
import type { InstanceRow } from '../hub/hub-store.ts';

/**
 * The JSON text that an orchestrationTrigger function gets: the events of earlier turns, and those new in this one.
 *
 * Source: Azure/azure-functions-durable-extension, OrchestrationTriggerAttributeBindingProvider.cs.
 */
export function buildOrchestratorInput(
  { instanceId, parentInstanceId, inputJson }: Pick<InstanceRow, 'instanceId' | 'parentInstanceId' | 'inputJson'>,
  past: readonly HistoryEvent[],
  fresh: readonly HistoryEvent[],
): string {
  return JSON.stringify({
    history: [
      ...past.map((event) => ({ ...event, IsPlayed: true })),
      ...fresh.map((event) => ({ ...event, IsPlayed: false })),
    ],
    input: JSON.parse(inputJson ?? 'null'),
    instanceId,
    isReplaying: past.length > 0,
    parentInstanceId,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: '3.00:00:00',
    maximumShortTimerDuration: '6.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  });
}
