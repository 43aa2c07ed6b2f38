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
      return `keepAlive${senderOf(event)} ok in ${event.durationMs} ms${marginOf(event)}`;
    case 'keepAlive.failed':
    case 'keepAlive.overdue':
      return `keepAlive${senderOf(event)} ${describeFailure(event)}`;
    case 'call.ended':
      return `ended: ${event.reason}${event.code === undefined ? '' : ` ${event.code}/${event.subcode}`}`;
    case 'call.cleanedUp':
      return `cleaned up after ${event.keepAlives} keepAlives`;
    case 'call.keepAliveMissed':
      return 'ALARM: Graph ended the call because keepAlive was missed (408/8537)';
    default:
      return describeOther(event);
  }
}

/** The event's own words: `webhook.delivered` with `endReason` → "webhook delivered: end reason terminated". What is 0 is left out. */
function describeOther({ event, level: _level, callId: _callId, ...fields }: LoggedEvent): string {
  const told = Object.entries(fields)
    .filter(([name, value]) => !CORRELATION_IDS.has(name) && value !== 0)
    .map(([name, value]) => (name === 'durationMs' ? `in ${value} ms` : `${toWords(name)} ${String(value)}`));
  return [toWords(event.replace('.', ' ')), ...(told.length === 0 ? [] : [told.join(', ')])].join(': ');
}

function toWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace('keep alive', 'keepAlive');
}

function describeFailure({ event, outcome, code, reason, by }: LoggedEvent): string {
  if (outcome === 'gone') return 'tells that Graph knows the call no more';
  const late = event === 'keepAlive.overdue' ? 'past the deadline, ' : '';
  const again = by === 'operator' ? '' : ', will be tried again';
  return `${late}refused (${code ?? reason ?? outcome})${again}`;
}

/** Only who is not the orchestration says who he is. */
function senderOf({ by }: LoggedEvent): string {
  return by === undefined ? '' : ` by ${by === 'operator' ? 'an operator' : by}`;
}

function marginOf({ marginSeconds }: LoggedEvent): string {
  return typeof marginSeconds === 'number' ? `, ${Math.round(marginSeconds)} s before the deadline` : '';
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
