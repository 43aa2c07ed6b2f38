import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CallEndedWebhookError, createCallEndedWebhook } from '../../src/adapters/call-ended-webhook.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { toCallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { createManualClock } from './manual-clock.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const message = toCallEndedMessage(
  undefined,
  {
    callId,
    ended: { reason: 'notFound', resultInfo: { code: 200, subcode: 5001, message: 'Gespräch beendet ☎' } },
    keepAlives: 3,
  },
  { nowMs: Date.UTC(2026, 2, 1, 12), teamsHost: 'teams.microsoft.com', maximumGapMs: 2_700_000 },
);

let seen: { readonly body: string; readonly headers: IncomingHttpHeaders; readonly url: string | undefined }[];
let answer: (response: ServerResponse) => void;
let arrived: PromiseWithResolvers<void>;
let receiver: LoopbackServer;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.writeHead(204).end();
  arrived = Promise.withResolvers();
  receiver = await startLoopbackServer(async (request, response) => {
    seen.push({
      body: Buffer.concat(await request.toArray()).toString('utf8'),
      headers: request.headers,
      url: request.url,
    });
    arrived.resolve();
    answer(response);
  });
});
afterEach(() => receiver.close());

const create = (clock = systemClock) =>
  createCallEndedWebhook({ url: `${receiver.url}/ended?sig=hidden`, secret, clock, fetch });

const verify = (body: string, headers: IncomingHttpHeaders) =>
  new Webhook(secret).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });

describe('the webhook', () => {
  test('gets a message that the Standard Webhooks library verifies, under an id of the call and its end', async () => {
    expect(await create().deliver(callId, message)).toBe(204);
    const [{ body, headers, url } = expect.unreachable()] = seen;
    expect(url).toBe('/ended?sig=hidden');
    expect(headers['webhook-id']).toBe(`call-${callId}-${Date.parse(message.timestamp)}`);
    expect(headers['content-type']).toBe('application/json');
    expect(verify(body, headers)).toEqual(message);
    expect(() => verify(body.replace('"keepAlives":3', '"keepAlives":4'), headers)).toThrow(WebhookVerificationError);
    expect(() => verify(body, { ...headers, 'webhook-id': 'call-other' })).toThrow(WebhookVerificationError);
  });

  test.each([200, 201, 299])('has taken it when it answers %i', async (status) => {
    answer = (response) => response.writeHead(status).end('thanks');
    expect(await create().deliver(callId, message)).toBe(status);
  });

  test.each([400, 410, 429, 500, 503])('has not when it answers %i', async (status) => {
    answer = (response) => response.writeHead(status).end('a secret of the receiver');
    const error = await create()
      .deliver(callId, message)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CallEndedWebhookError);
    expect(error.code).toBe(`HTTP ${status}`);
  });

  test('is not followed to another place', async () => {
    answer = (response) => response.writeHead(307, { Location: `${receiver.url}/elsewhere` }).end();
    await expect(create().deliver(callId, message)).rejects.toMatchObject({ code: 'HTTP 307' });
    expect(seen).toHaveLength(1);
  });

  test('that hangs is given up after five seconds', async () => {
    answer = () => {};
    const clock = createManualClock(0);
    const delivery = create(clock)
      .deliver(callId, message)
      .catch((thrown) => thrown);
    await arrived.promise;
    clock.advance(5_000);
    expect(await delivery).toMatchObject({ name: 'CallEndedWebhookError', code: 'timeout' });
  });

  test('that is down is told by code only: the text is safe for log and history', async () => {
    await receiver.close();
    const error = await create()
      .deliver(callId, message)
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'CallEndedWebhookError', code: 'ECONNREFUSED' });
    expect(error.message).toContain(callId);
    expect(`${error.message} ${error.stack}`).not.toMatch(/127\.0\.0\.1|hidden|whsec/);
    expect(error.cause).toBeUndefined();
  });
});
