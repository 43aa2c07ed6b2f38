import type { InstanceRow } from '../hub/hub-store.ts';

/**
 * The JSON text that an orchestrationTrigger function gets.
 *
 * Source: Azure/azure-functions-durable-extension, OrchestrationTriggerAttributeBindingProvider.cs.
 */
export function buildOrchestratorInput(
  row: Pick<InstanceRow, 'instanceId' | 'parentInstanceId' | 'inputJson'>,
  historyJson: string,
  isReplaying: boolean,
): string {
  return (
    `{"history":[${historyJson}],"input":${row.inputJson ?? 'null'},"instanceId":${JSON.stringify(row.instanceId)},` +
    `"isReplaying":${isReplaying},"parentInstanceId":${JSON.stringify(row.parentInstanceId)},` +
    '"upperSchemaVersion":1,"upperSchemaVersionNew":3,"longRunningTimerIntervalDuration":"3.00:00:00",' +
    '"maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000}'
  );
}
