import { isPlainObject } from '../core/values/plain-object.ts';

/** Of a history event. Source: durable-functions 3.5.0, lib/src/history/HistoryEventType.js. */
const ORCHESTRATOR_STARTED = 12;

/**
 * In the bundle, what durable-functions takes for its `Utils.parseTimestampsAsDates`: makes a Date of each `Timestamp` that
 * the replay of an orchestration reads, those of the turns' beginnings. The original makes one of every event's, in a walk
 * over all values; a history of 48 keepAlives has 386 events, and it is read twice for each (see bench/RESULTS.md).
 *
 * Shape: the orchestrators' inputs, as they come out of JSON.parse.  Effects: changes their histories.
 * Source: durable-functions 3.5.0, lib/src/util/Utils.js; `Timestamp` is read in orchestrations/Orchestrator.js and
 * orchestrations/TaskOrchestrationExecutor.js.
 */
export function parseTimestampsAsDates(inputs: readonly unknown[]): void {
  for (const input of inputs) {
    const history = isPlainObject(input) && Array.isArray(input.history) ? input.history : [];
    for (const event of history) {
      const isText = event.EventType === ORCHESTRATOR_STARTED && typeof event.Timestamp === 'string';
      if (isText) event.Timestamp = new Date(event.Timestamp);
    }
  }
}
