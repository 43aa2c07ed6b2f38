import { type Clock, timeoutSignal } from '../../src/adapters/clock.ts';
import type { CallState, Transition } from './call-life.ts';
import type { CallbackTokens } from './callback-tokens.ts';
import type { Faults } from './faults.ts';
import { toNotificationBody } from './notification-body.ts';
import type { NotificationRecord, SimulatedCall } from './simulated-call.ts';

/** One POST to a `callbackUri`. Header names are lower-case. */
export interface OutgoingNotification {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends it; the signal aborts after 10 s, and the notification then counts as failed. */
export type DeliverNotification = (
  notification: OutgoingNotification,
  signal: AbortSignal,
) => Promise<{ readonly status: number }>;

const DELIVERY_TIMEOUT_MS = 10_000;

/**
 * Sends the notifications of calls. Those of one call go out one after the other, except delayed ones; none is sent
 * again after a failure, for no retry of the platform's is documented.
 */
export function createNotificationSender(deps: {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly tokens: CallbackTokens;
  readonly newGuid: () => string;
  readonly deliver: DeliverNotification;
  readonly log: (line: string) => void;
}) {
  const { clock, faults, log } = deps;

  const deliverNow = async (call: SimulatedCall, record: NotificationRecord, body: string): Promise<void> => {
    const { signal, dispose } = timeoutSignal(clock, DELIVERY_TIMEOUT_MS);
    try {
      const headers = toHeaders(call, record.messageId, deps.tokens.sign({ tid: call.facts.tenantId }));
      const delivery = deps.deliver({ url: call.callbackUri, headers, body }, signal);
      record.status = (await Promise.race([delivery, rejectionOf(signal)])).status;
      record.outcome = 'delivered';
    } catch (error) {
      record.outcome = 'failed';
      record.error = error instanceof Error ? error.message : String(error);
    } finally {
      dispose();
    }
    log(`call ${call.facts.callId}: notification ${record.state ?? 'by hand'} ${record.status ?? record.error}`);
  };

  const enqueue = (call: SimulatedCall, record: NotificationRecord, body: string): Promise<void> => {
    call.deliveries = call.deliveries.then(() => deliverNow(call, record, body));
    return call.deliveries;
  };

  const newRecord = (call: SimulatedCall, state?: CallState, messageId = deps.newGuid()): NotificationRecord => {
    const record: NotificationRecord = { atMs: clock.nowMs(), messageId, state, outcome: 'pending' };
    call.notifications.push(record);
    return record;
  };

  return {
    /** Tells the bot of a transition, unless a fault meets it. */
    notify(call: SimulatedCall, transition: Transition): void {
      const { state } = transition;
      const body = JSON.stringify(toNotificationBody(call.facts, call.callbackUri, transition));
      const fault = faults.strikeNotification(call.facts.callId, state);
      const record = newRecord(call, state);
      if (fault?.lost) {
        record.outcome = 'lost';
        log(`call ${call.facts.callId}: notification ${state} lost`);
        return;
      }
      const records = fault?.doubled ? [record, newRecord(call, state, record.messageId)] : [record];
      const send = () => {
        for (const one of records) void enqueue(call, one, body);
      };
      if (fault?.delaySeconds === undefined) send();
      else clock.after(fault.delaySeconds * 1_000, send);
    },
    /** Sends a body as it is, or the notification of a state (again), and waits for the answer. No fault meets it. */
    async sendByHand(
      call: SimulatedCall,
      content: { readonly body: string } | { readonly state: CallState },
    ): Promise<NotificationRecord> {
      const state = 'state' in content ? content.state : undefined;
      const record = newRecord(call, state);
      await enqueue(call, record, 'state' in content ? bodyOfState(call, content.state) : content.body);
      return record;
    },
  };
}

export type NotificationSender = ReturnType<typeof createNotificationSender>;

function bodyOfState(call: SimulatedCall, state: CallState): string {
  const happened = call.transitions.findLast((transition) => transition.state === state);
  return JSON.stringify(toNotificationBody(call.facts, call.callbackUri, happened ?? { state }));
}

/** The names that the platform sends, as the logs of the Microsoft Graph comms samples show them; values invented. */
function toHeaders(call: SimulatedCall, messageId: string, token: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'user-agent': 'Microsoft-Skype/3.0,(Calling/1.0)',
    'scenario-id': call.facts.scenarioId,
    'x-microsoft-skype-chain-id': call.facts.callChainId,
    'x-microsoft-skype-message-id': messageId,
    'ms-teams-partition': 'amer01',
    'ms-teams-region': 'amer',
    'ms-teams-ring': 'general',
  };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
