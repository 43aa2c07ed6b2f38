import type { InstanceRow } from '../../local/durable-extension/hub/hub-store.ts';

/** A running instance as the engine's hub keeps it. */
export function instanceRow(instanceId: string, more: Partial<InstanceRow> = {}): InstanceRow {
  return {
    instanceId,
    executionId: 'e1',
    name: 'work',
    version: null,
    parentInstanceId: null,
    runtimeStatus: 'Running',
    inputJson: '{"a":1}',
    customStatusJson: null,
    output: null,
    createdAtMs: 1_000,
    lastUpdatedAtMs: 1_000,
    revision: 1,
    ...more,
  };
}
