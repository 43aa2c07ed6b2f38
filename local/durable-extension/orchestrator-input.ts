import type { InstanceRow } from './hub-store.ts';
import type { ReadEvent } from './played-history.ts';

type Row = Pick<InstanceRow, 'instanceId' | 'parentInstanceId' | 'inputJson'>;

const constants = {
  upperSchemaVersion: 1,
  upperSchemaVersionNew: 3,
  longRunningTimerIntervalDuration: '3.00:00:00',
  maximumShortTimerDuration: '6.00:00:00',
  defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
};
const constantsJson = JSON.stringify(constants).slice(1, -1);

/**
 * The JSON text that an orchestrationTrigger function gets.
 *
 * Source: Azure/azure-functions-durable-extension, OrchestrationTriggerAttributeBindingProvider.cs.
 */
export function buildOrchestratorInput(row: Row, historyJson: string, isReplaying: boolean): string {
  return (
    `{"history":[${historyJson}],"input":${row.inputJson ?? 'null'},"instanceId":${JSON.stringify(row.instanceId)},` +
    `"isReplaying":${isReplaying},"parentInstanceId":${JSON.stringify(row.parentInstanceId)},${constantsJson}}`
  );
}

/**
 * What comes of parsing that text, without the text. The history does not show among the object's own keys, so that
 * durable-functions does not look for timestamps to parse in it: they are Dates already.
 */
export function readOrchestratorInput(row: Row, history: readonly ReadEvent[], isReplaying: boolean): object {
  const { instanceId, parentInstanceId, inputJson } = row;
  const input: unknown = JSON.parse(inputJson ?? 'null');
  const read = { input, instanceId, isReplaying, parentInstanceId, ...constants };
  return Object.defineProperty(read, 'history', { value: history });
}
