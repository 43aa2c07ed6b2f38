import type { InvocationContext } from '@azure/functions';
import type { CallEndedWebhook } from '../adapters/call-ended-webhook.ts';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import { toCallEndedMessage } from '../core/call-end/call-ended-message.ts';
import { DeliveryPostponedError } from '../core/call-end/delivery-postponed-error.ts';
import { askForTurn, endTurn, NO_DELIVERIES } from '../core/call-end/delivery-turns.ts';
import type { TeamsHost } from '../core/call-end/join-url.ts';
import type { CleanUpInput } from './clean-up.ts';
import { logEvents } from './log-events.ts';

/** What the orchestration hands to the activity; a call that an older release started never tells how often it was postponed. */
export interface DeliverCallEndedInput extends CleanUpInput {
  readonly postponed?: number;
}

export interface DeliverCallEndedDependencies {
  readonly store: CallStore;
  readonly clock: Clock;
  /** Absent when the setting was taken away while a delivery was under way. */
  readonly webhook?: CallEndedWebhook | undefined;
  readonly teamsHost: TeamsHost;
  /** How long Graph holds a call without a keepAlive. */
  readonly maximumGapMs: number;
}

/**
 * The activity `deliverCallEnded`: tells the operator's webhook that a call has ended. May run twice: the receiver
 * knows the message by its id. A few run at a time in a process, so that a webhook that hangs holds up no keepAlive.
 *
 * Errors: DeliveryPostponedError, which is no try; CallStoreError, CallEndedWebhookError; the orchestration tries again.
 * Effects: one table read, one POST, one event for each try.
 */
export function deliverCallEnded({ store, clock, webhook, teamsHost, maximumGapMs }: DeliverCallEndedDependencies) {
  let turns = NO_DELIVERIES;

  async function tell(input: DeliverCallEndedInput, context: InvocationContext): Promise<void> {
    const { callId, postponed } = input;
    const log = logEvents(context);
    const startedAtMs = clock.nowMs();
    try {
      if (webhook === undefined) throw new Error('CALL_ENDED_WEBHOOK_URL is not set any more.');
      const stored = await store.read(callId);
      const message = toCallEndedMessage(stored?.record, input, { nowMs: startedAtMs, teamsHost, maximumGapMs });
      const status = await webhook.deliver(callId, message);
      const { endReason } = message.data;
      const durationMs = clock.nowMs() - startedAtMs;
      log({ event: 'webhook.delivered', level: 'info', callId, status, endReason, durationMs, postponed });
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'unknown error';
      log({ event: 'webhook.failed', level: 'warning', callId, problem, postponed });
      throw error;
    }
  }

  return async (input: DeliverCallEndedInput, context: InvocationContext): Promise<void> => {
    const startedAtMs = clock.nowMs();
    const asked = askForTurn(turns, { nowMs: startedAtMs, hasWaited: input.postponed !== undefined });
    turns = asked.turns;
    if (asked.postponedMs !== undefined) throw new DeliveryPostponedError(asked.postponedMs);
    try {
      await tell(input, context);
    } finally {
      turns = endTurn(turns, clock.nowMs() - startedAtMs);
    }
  };
}
