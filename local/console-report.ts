import { z } from 'zod';
import type { InvocationLog } from './functions-host/invocation.ts';

const appEvent = z.looseObject({ event: z.string(), level: z.string(), callId: z.string().optional() });
type LoggedEvent = z.output<typeof appEvent>;

/**
 * One readable line for each thing the app reports. Lines of the library and of the host are left out, unless they tell
 * of an error.
 *
 * Shape: one log line, the time of day → text or undefined.
 */
export function toConsoleLine(line: InvocationLog, at: Date): string | undefined {
  const event = parseEvent(line.message);
  if (event?.event === 'reconcile.completed' && event.level === 'info' && event.actions === 0) return undefined;
  const time = at.toISOString().slice(11, 19);
  if (event === undefined) {
    const isProblem = line.level === 'error' || line.level === 'critical';
    return isProblem ? `${time}  ${line.functionName}: ${firstLine(line.message)}` : undefined;
  }
  const call = event.callId === undefined ? '' : `call ${event.callId.slice(0, 8)}  `;
  return `${time}  ${call}${describe(event)}`;
}

/** For queries, not for eyes. */
const CORRELATION_IDS: ReadonlySet<string> = new Set(['tenantId', 'scenarioId', 'messageId', 'instanceId']);

function describe(event: LoggedEvent): string {
  switch (event.event) {
    case 'call.observed':
      return 'seen, not established yet';
    case 'call.established':
      return 'established: kept alive from now on';
    case 'keepAlive.succeeded':
      return `keepAlive ${event.attempt}  ok in ${event.durationMs} ms, ${event.marginSeconds} s before the deadline`;
    case 'keepAlive.failed':
      return event.outcome === 'gone'
        ? `keepAlive ${event.attempt}  Graph knows the call no more`
        : `keepAlive ${event.attempt}  refused (${event.code ?? event.reason ?? event.outcome}), will be tried again`;
    case 'keepAlive.overdue':
      return `keepAlive ${event.attempt}  OVERDUE (${event.reason ?? event.outcome})`;
    case 'call.ended':
      return `ended: ${event.reason}${event.code === undefined ? '' : ` ${event.code}/${event.subcode}`}`;
    case 'call.cleanedUp':
      return `cleaned up after ${event.keepAlives} keepAlives`;
    case 'call.keepAliveMissed':
      return 'ALARM: Graph ended the call because keepAlive was missed (408/8537)';
    default: {
      const { event: name, level: _level, callId: _callId, ...fields } = event;
      return `${name} ${Object.entries(fields)
        .filter(([key]) => !CORRELATION_IDS.has(key))
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(' ')}`;
    }
  }
}

function parseEvent(message: string): LoggedEvent | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    return appEvent.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
