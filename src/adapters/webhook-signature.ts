import { Webhook } from 'standardwebhooks';

/**
 * The headers that prove who sent a webhook, in the Standard Webhooks format.
 *
 * A module of its own, to be loaded when first needed: of a CommonJS package that is imported later, a bundle in several
 * files keeps no named exports.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signWebhook(secret: string, id: string, nowMs: number, body: string): Readonly<Record<string, string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(nowMs), body),
  };
}
