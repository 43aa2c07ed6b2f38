import type { Invoke } from '../../functions-host/invocation.ts';
import type { FunctionTable } from '../extension-options.ts';
import { EventType, type HistoryEvent, type TaskScheduled } from '../hub/history-event.ts';
import { InvocationLostError } from '../invocation-lost-error.ts';

/**
 * The exception as the extension serialises it into `Details`; durable-functions puts it behind the reason.
 *
 * Source: Azure/azure-functions-durable-extension, TaskActivityShim.cs, RunAsync (Utils.SerializeCause).
 */
function toDetails(message: string): string {
  return JSON.stringify({
    $type: 'System.Exception, System.Private.CoreLib',
    ClassName: 'System.Exception',
    Message: message,
  });
}

/**
 * Runs one activity.
 *
 * Shape: the scheduled task → TaskCompleted or TaskFailed for its orchestration.  Errors: InvocationLostError.
 */
export async function runActivity(
  context: { readonly invoke: Invoke; readonly functions: FunctionTable; readonly nowMs: () => number },
  scheduled: TaskScheduled,
): Promise<HistoryEvent> {
  const common = () => ({
    EventId: -1,
    Timestamp: new Date(context.nowMs()).toISOString(),
    TaskScheduledId: scheduled.EventId,
  });
  try {
    if (!context.functions.isActivity(scheduled.Name)) {
      throw new Error(context.functions.describeUnknown(scheduled.Name, 'activity'));
    }
    const result = await context.invoke(scheduled.Name, { string: scheduled.Input ?? 'null' });
    return { EventType: EventType.TaskCompleted, ...common(), Result: JSON.stringify(result ?? null) };
  } catch (thrown) {
    if (thrown instanceof InvocationLostError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      EventType: EventType.TaskFailed,
      ...common(),
      Reason: `Activity function '${scheduled.Name}' failed: ${message}`,
      Details: toDetails(message),
      FailureDetails: null,
    };
  }
}
