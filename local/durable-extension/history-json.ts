import { EventType, type HistoryEvent } from './history-event.ts';
import { runtimeStatusNumbers } from './runtime-status.ts';

const typeNames = new Map<number, string>(Object.entries(EventType).map(([name, number]) => [number, name]));
const statusNames = new Map<number, string>(
  Object.entries(runtimeStatusNumbers).map(([name, number]) => [number, name]),
);

interface Scheduled {
  readonly Timestamp: string;
  readonly Name: string;
}

type Shown = Readonly<Record<string, unknown>>;

function parseOrKeep(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withScheduled(common: Shown, scheduled: Scheduled | undefined, rest: Shown): Shown {
  const from = scheduled === undefined ? {} : { ScheduledTime: scheduled.Timestamp, FunctionName: scheduled.Name };
  return { ...common, ...rest, ...from };
}

function show(event: HistoryEvent, scheduled: ReadonlyMap<number, Scheduled>, showOutput: boolean): Shown | undefined {
  const common = { EventType: typeNames.get(event.EventType), Timestamp: event.Timestamp };
  switch (event.EventType) {
    case EventType.OrchestratorStarted:
    case EventType.OrchestratorCompleted:
      return undefined;
    case EventType.ExecutionStarted:
      return { ...common, FunctionName: event.Name };
    case EventType.TaskCompleted:
    case EventType.SubOrchestrationInstanceCompleted:
      return withScheduled(
        common,
        scheduled.get(event.TaskScheduledId),
        showOutput ? { Result: parseOrKeep(event.Result) } : {},
      );
    case EventType.TaskFailed:
    case EventType.SubOrchestrationInstanceFailed:
      return withScheduled(common, scheduled.get(event.TaskScheduledId), {
        Reason: event.Reason,
        Details: event.Details,
      });
    case EventType.TaskScheduled:
      return { ...common, Name: event.Name };
    case EventType.SubOrchestrationInstanceCreated:
      return { ...common, Name: event.Name, InstanceId: event.InstanceId };
    case EventType.TimerCreated:
    case EventType.TimerFired:
      return { ...common, FireAt: event.FireAt };
    case EventType.EventRaised:
      return { ...common, Name: event.Name };
    case EventType.ExecutionCompleted:
    case EventType.ContinueAsNew:
      return {
        ...common,
        OrchestrationStatus: statusNames.get(event.OrchestrationStatus),
        ...(showOutput ? { Result: parseOrKeep(event.Result) } : {}),
      };
    case EventType.ExecutionTerminated:
      return common;
    case EventType.ExecutionSuspended:
    case EventType.ExecutionResumed:
      return { ...common, Reason: event.Reason };
    default:
      return event satisfies never;
  }
}

/**
 * `historyEvents` of the status API: names instead of numbers, no orchestrator turns, a finished task merged with the
 * event that scheduled it.
 *
 * Source: Azure/azure-functions-durable-extension, DurableClient.cs, GetDurableOrchestrationStatusAsync.
 */
export function buildHistoryJson(entries: readonly HistoryEvent[], showOutput: boolean): string {
  const scheduled = new Map<number, Scheduled>();
  const merged = new Set<number>();
  for (const event of entries) {
    if (event.EventType === EventType.TaskScheduled || event.EventType === EventType.SubOrchestrationInstanceCreated) {
      scheduled.set(event.EventId, event);
    } else if ('TaskScheduledId' in event) {
      merged.add(event.TaskScheduledId);
    }
  }
  const shown = entries
    .filter((event) => !(merged.has(event.EventId) && scheduled.get(event.EventId) === event))
    .map((event) => show(event, scheduled, showOutput))
    .filter((item) => item !== undefined);
  return JSON.stringify(shown);
}
