import { EventType, type ExecutionStarted, type HistoryEvent } from '../hub/history-event.ts';
import type { HubMessage, InstanceRow } from '../hub/hub-store.ts';
import { isEnded } from '../hub/runtime-status.ts';

/** What is left of a batch of messages after those for other generations, ended or unknown instances are dropped. */
export type Reconciled =
  | { readonly kind: 'discard' }
  | { readonly kind: 'run'; readonly started: ExecutionStarted | undefined; readonly events: readonly HistoryEvent[] };

/** True when this start message begins the instance, and is not a duplicate or the loser of a race. */
function mayStart(row: InstanceRow | undefined, event: ExecutionStarted): boolean {
  if (event.ParentInstance !== null) return row === undefined || isEnded(row.runtimeStatus);
  return row?.runtimeStatus === 'Pending' && row.executionId === event.OrchestrationInstance.ExecutionId;
}

/**
 * Chooses the events of a turn.
 *
 * The first ExecutionStarted goes to the front. A message that names another execution id is eaten; one without an
 * execution id goes to whichever generation is live.
 * Source: Azure/durabletask, TaskOrchestrationDispatcher.cs, EnsureExecutionStartedIsFirst, ReconcileMessagesWithState;
 * OrchestrationSessionManager.cs, DedupeExecutionStartedMessagesAsync.
 */
export function reconcileMessages(row: InstanceRow | undefined, messages: readonly HubMessage[]): Reconciled {
  let started: ExecutionStarted | undefined;
  for (const { event } of messages) {
    if (event.EventType === EventType.ExecutionStarted && mayStart(row, event)) {
      started = event;
      break;
    }
  }
  const isLive = row !== undefined && row.runtimeStatus !== 'Pending' && !isEnded(row.runtimeStatus);
  if (started === undefined && !isLive) return { kind: 'discard' };
  const executionId = started === undefined ? row?.executionId : started.OrchestrationInstance.ExecutionId;
  const events = messages
    .filter(({ event }) => event.EventType !== EventType.ExecutionStarted)
    .filter((message) => message.executionId === null || message.executionId === executionId)
    .map(({ event }) => event);
  if (started === undefined && events.length === 0) return { kind: 'discard' };
  return { kind: 'run', started, events: started === undefined ? events : [started, ...events] };
}
