import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { toRejoin } from '../../examples/typescript/rejoin.ts';
import { freePort } from '../../local/free-port.ts';
import { createSimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createCallEndedWebhook } from '../../src/adapters/call-ended-webhook.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { toCallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallEnded } from '../../src/core/keepalive/keepalive-state.ts';
import { eventually } from '../support/eventually.ts';
import { COMPILE_TIMEOUT_MS, LANGUAGES, prepareLanguages, run } from './languages.ts';

const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const meeting = {
  chatInfo: { threadId: '19:meeting_SW@thread.v2', messageId: '0' },
  meetingInfo: {
    '@odata.type': '#microsoft.graph.organizerMeetingInfo',
    organizer: { user: { id: 'e0f40516-4d5e-4f60-b172-8d9e0f1a2b3c', tenantId: SAMPLE_TENANT_ID } },
  },
};

const toMessage = (ended: CallEnded, facts: object = { tenantId: SAMPLE_TENANT_ID, ...meeting }) => {
  const record = {
    callId,
    graphCallId: callId,
    appId: SAMPLE_BOT_APP_ID,
    phase: 'ended' as const,
    firstSeenAtMs: 0,
    endedAtMs: 1_000,
    facts,
  };
  return toCallEndedMessage(
    record,
    { callId, ended, keepAlives: 3 },
    { nowMs: 1_000, teamsHost: 'teams.microsoft.com', maximumGapMs: 2_700_000 },
  );
};
const ended = toMessage({ reason: 'terminated', resultInfo: { code: 200, subcode: 5002 } });

beforeAll(prepareLanguages, COMPILE_TIMEOUT_MS);

/** Tells the receiver as the app does, at an instant of the clock's choice, with a change on the way if there is one. */
function tell(port: number, options: { readonly nowMs?: number; readonly change?: (body: string) => string } = {}) {
  const { nowMs = Date.now(), change = (body) => body } = options;
  const webhook = createCallEndedWebhook({
    url: `http://127.0.0.1:${port}/`,
    secret,
    clock: { ...systemClock, nowMs: () => nowMs },
    fetch: (url, init) => fetch(url, { ...init, body: change(String(init?.body)) }),
  });
  return webhook.deliver(callId, ended).catch((error: Error) => error.message);
}

describe.each(LANGUAGES)('the receiver in $name', (language) => {
  test.skipIf(language.missing !== undefined)('takes what the app signed, once, and nothing else', async () => {
    const port = await freePort();
    const receiver = run(language, 'receiver', [String(port), secret]);
    await eventually(() => expect(receiver.output()).toContain('The receiver listens.'));
    const refused = expect.stringContaining('HTTP 401');
    expect(await tell(port, { change: (body) => body.replace('5002', '5003') })).toEqual(refused);
    expect(await tell(port, { nowMs: Date.now() - 6 * 60_000 })).toEqual(refused);
    const unsigned = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(401);
    expect(receiver.output()).not.toContain('ended');
    expect([await tell(port), await tell(port)]).toEqual([204, 204]);
    await eventually(() => expect(receiver.output()).toContain(`call ${callId} ended: terminated`));
    expect(receiver.output().match(/ended/g)).toHaveLength(1);
  });
});

describe('a rejoin', () => {
  const callbackUri = 'https://keepalive.example/api/notifications';
  const lost = toMessage({ reason: 'terminated', resultInfo: { code: 408, subcode: 8537 } });

  test('joins the same meeting, with a Create call that Graph takes', async () => {
    const graph = createSimulatedGraph({
      clock: systemClock,
      botAppId: SAMPLE_BOT_APP_ID,
      tenantId: SAMPLE_TENANT_ID,
      deliver: async () => ({ status: 202 }),
    });
    const created = await graph.handle({
      method: 'POST',
      url: new URL('http://127.0.0.1/v1.0/communications/calls'),
      headers: { authorization: 'Bearer any' },
      body: new TextEncoder().encode(JSON.stringify(toRejoin(lost.data, callbackUri))),
    });
    expect(created).toMatchObject({ status: 201 });
    const call: unknown = 'body' in created ? JSON.parse(String(created.body)) : undefined;
    expect(call).toMatchObject({ ...meeting, callbackUri, tenantId: SAMPLE_TENANT_ID, state: 'establishing' });
    expect(Object(call).id).not.toBe(callId);
    graph.stop();
  });

  test('joins by meeting id and passcode what was joined so', () => {
    const meetingInfo = {
      '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo',
      joinMeetingId: '2414128301281',
      passcode: 'INVENTED',
    };
    const { data } = toMessage({ reason: 'notFound' }, { meetingInfo });
    expect(toRejoin(data, callbackUri)).toMatchObject({ meetingInfo });
  });

  test.each([
    ['a call that ended as its participants wanted', ended],
    ['a call that was stopped', toMessage({ reason: 'stopped' })],
    ['a call between two', toMessage({ reason: 'notFound' }, {})],
  ])('is not for %s', (_, { data }) => {
    expect(toRejoin(data, callbackUri)).toBeUndefined();
  });
});
