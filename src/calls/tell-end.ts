import { toCallEndedEvent } from '../core/call-end/call-ended-event.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';
import type { EventLog } from '../core/events/app-event.ts';
import { once } from '../core/values/once.ts';

/**
 * For an update that ends a call: tells of the end, once, before the record says so. What fails after that is repeated,
 * and told again; the other way round a process that dies in between, or an answer that is lost, would leave it untold.
 */
export function tellEnd(log: EventLog): (before: CallRecord | undefined, next: CallRecord) => void {
  const tell = once(log);
  return (before, next) => {
    const event = toCallEndedEvent(before, next);
    if (event !== undefined) tell(event);
  };
}
