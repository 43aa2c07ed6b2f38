import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import { EventType, type HistoryEvent } from '../hub/history-event.ts';
import type { InstanceRow } from '../hub/hub-store.ts';
import type { ApiContext } from './api-context.ts';
import { toEmptyResponse, toJsonResponse } from './json-response.ts';

/** The history without its failures: what failed is asked for again when it is replayed. */
function withoutFailures(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const failed = new Set<number>();
  for (const event of history) {
    const isFailure =
      event.EventType === EventType.TaskFailed || event.EventType === EventType.SubOrchestrationInstanceFailed;
    if (isFailure) failed.add(event.TaskScheduledId);
  }
  return history.filter((event) => {
    if (event.EventType === EventType.ExecutionCompleted) return false;
    if ('TaskScheduledId' in event) return !failed.has(event.TaskScheduledId);
    const isTask =
      event.EventType === EventType.TaskScheduled || event.EventType === EventType.SubOrchestrationInstanceCreated;
    return !(isTask && failed.has(event.EventId));
  });
}

/**
 * POST instances/{id}/rewind?reason=: lets a failed instance go on from before its failures. 202; 412 not failed. A
 * sub-orchestration that failed is started anew, not rewound.
 *
 * Source: Azure/azure-functions-durable-extension, HttpApiHandler.cs; Azure/durabletask, AzureTableTrackingStore.cs,
 * RewindHistoryAsync.
 */
export async function rewindInstance(
  context: ApiContext,
  request: HttpMessageRequest,
  row: InstanceRow,
): Promise<HttpMessageResponse> {
  if (row.runtimeStatus !== 'Failed') {
    const text = `This orchestration has status ${row.runtimeStatus}, but only orchestrations in the "Failed" state can be rewound.`;
    return toJsonResponse(412, JSON.stringify(text));
  }
  const nowMs = context.options.clock.nowMs();
  const Data = request.url.searchParams.get('reason');
  const Timestamp = new Date(nowMs).toISOString();
  const event = { EventType: EventType.GenericEvent, EventId: -1, Timestamp, Data } as const;
  const { instanceId, executionId } = row;
  const revision = row.revision + 1;
  const entries = withoutFailures(await context.session.store.readHistory(instanceId));
  await context.session.commit({
    instances: [
      {
        row: { ...row, runtimeStatus: 'Running', output: null, lastUpdatedAtMs: nowMs, revision },
        expectedRevision: row.revision,
        history: { kind: 'replace', entries },
      },
    ],
    send: [{ queue: 'control', instanceId, executionId, visibleAtMs: nowMs, event }],
  });
  return toEmptyResponse(202);
}
