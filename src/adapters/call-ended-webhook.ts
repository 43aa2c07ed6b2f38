import type { CallEndedMessage } from '../core/call-end/call-ended-message.ts';
import { DELIVERY_TIMEOUT_MS } from '../core/call-end/delivery-timeout.ts';
import { type CallId, toInstanceId } from '../core/call-record/call-id.ts';
import { type Clock, timeoutSignal } from './clock.ts';
import { networkCode } from './network-code.ts';

/** The operator's webhook for ended calls. */
export interface CallEndedWebhook {
  /** Resolves with the receiver's status (2xx). Throws a CallEndedWebhookError when it did not take the message. */
  deliver(callId: CallId, message: CallEndedMessage): Promise<number>;
}

/** `code` is the HTTP status, the network's code, or `timeout`. Never holds the URL, which may carry a key. */
export class CallEndedWebhookError extends Error {
  readonly code: string;

  constructor(callId: CallId, code: string) {
    super(
      `The webhook for ended calls did not take the end of call ${callId} (${code}). ` +
        'Check CALL_ENDED_WEBHOOK_URL and its receiver; the delivery is repeated for a day.',
    );
    this.name = 'CallEndedWebhookError';
    this.code = code;
  }
}

export interface CallEndedWebhookDependencies {
  readonly url: string;
  /** With its `whsec_` prefix. */
  readonly secret: string;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
}

/**
 * Creates the sender of `call.ended`. The message id is that of the call's instance, so a receiver can drop repeats.
 *
 * Effects: one signed POST per delivery; redirects are not followed, for they would carry the message elsewhere.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createCallEndedWebhook(dependencies: CallEndedWebhookDependencies): CallEndedWebhook {
  const { url, secret, clock } = dependencies;
  return {
    async deliver(callId, message) {
      const body = JSON.stringify(message);
      const { signWebhook } = await import('./webhook-signature.ts'); // not at every cold start
      // A call that is registered again after its end has another one, which is another message.
      const id = `${toInstanceId(callId)}-${Date.parse(message.timestamp)}`;
      const headers = signWebhook(secret, id, clock.nowMs(), body);
      const limit = timeoutSignal(clock, DELIVERY_TIMEOUT_MS);
      let response: Response;
      try {
        response = await dependencies.fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
          redirect: 'manual',
          signal: limit.signal,
        });
      } catch (error) {
        throw new CallEndedWebhookError(callId, limit.signal.aborted ? 'timeout' : networkCode(error));
      } finally {
        limit.dispose();
      }
      await response.body?.cancel();
      if (!response.ok) throw new CallEndedWebhookError(callId, `HTTP ${response.status}`);
      return response.status;
    },
  };
}
