import type { InvocationContext } from '@azure/functions';
import type { AppEvent, EventLog } from '../core/events/app-event.ts';
import { toEventLine } from '../core/events/event-line.ts';

/** Writes each event as one line of JSON into the invocation's log, where Application Insights and KQL find it. */
export function logEvents(context: InvocationContext): EventLog {
  return (event: AppEvent) => {
    const line = toEventLine(event);
    switch (event.level) {
      case 'info':
        return context.info(line);
      case 'warning':
        return context.warn(line);
      case 'error':
        return context.error(line);
    }
  };
}
