import { EventType, type HistoryEvent } from '../hub/history-event.ts';
import { RUNTIME_STATUSES } from '../hub/runtime-status.ts';

const typeNames = new Map<number, string>(Object.entries(EventType).map(([name, number]) => [number, name]));

interface Scheduled {
  readonly Timestamp: string;
  readonly Name: string;
  readonly Input: string | null;
}

export interface HistoryOptions {
  /** Results, parsed. */
  readonly showOutput: boolean;
  readonly showInput: boolean;
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

/** Fields that only the engine needs, by the type of the event. */
const hidden = new Map<number, readonly string[]>([
  [EventType.ExecutionStarted, ['Name', 'OrchestrationInstance', 'ParentInstance', 'Version']],
  [EventType.TaskScheduled, ['Version']],
  [EventType.SubOrchestrationInstanceCreated, ['Version']],
  [EventType.TimerFired, ['TimerId']],
]);

/** What the extension's events have besides, and the local engine's have not. */
const startedFields = { Correlation: null, ScheduledStartTime: null, Generation: 0, ParentTraceContext: null };

function show(event: HistoryEvent, scheduled: Scheduled | undefined, options: HistoryOptions): Shown {
  const { EventId: _, EventType: type, Timestamp, ...rest } = event;
  const shown: Record<string, unknown> = { EventType: typeNames.get(type), Timestamp, ...rest };
  for (const field of hidden.get(type) ?? []) delete shown[field];
  if (type === EventType.ExecutionStarted) Object.assign(shown, startedFields, { FunctionName: event.Name });
  if (type === EventType.ExecutionCompleted) shown.OrchestrationStatus = RUNTIME_STATUSES[event.OrchestrationStatus];
  if ('TaskScheduledId' in event) {
    delete shown.TaskScheduledId;
    if (scheduled !== undefined) {
      const { Timestamp: ScheduledTime, Name: FunctionName, Input } = scheduled;
      Object.assign(shown, { ScheduledTime, FunctionName, Input });
    }
  }
  if (!options.showInput) delete shown.Input;
  if (!('Result' in event)) return shown;
  if (options.showOutput) shown.Result = parseOrKeep(event.Result);
  else delete shown.Result;
  return shown;
}

/**
 * `historyEvents` of the status API: names instead of numbers, no orchestrator turns, a finished task merged with the
 * event that scheduled it.
 *
 * Source: Azure/azure-functions-durable-extension, DurableClient.cs, GetDurableOrchestrationStatusAsync.
 */
export function buildHistoryJson(entries: readonly HistoryEvent[], options: HistoryOptions): string {
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
    .filter(({ EventType: type }) => type !== EventType.OrchestratorStarted && type !== EventType.OrchestratorCompleted)
    .filter((event) => !(merged.has(event.EventId) && scheduled.get(event.EventId) === event))
    .map((event) =>
      show(event, 'TaskScheduledId' in event ? scheduled.get(event.TaskScheduledId) : undefined, options),
    );
  return JSON.stringify(shown);
}
