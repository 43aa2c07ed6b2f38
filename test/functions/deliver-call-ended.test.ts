import { InvocationContext } from '@azure/functions';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallEndedWebhook, CallEndedWebhookError } from '../../src/adapters/call-ended-webhook.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { CallEndedMessage } from '../../src/core/call-end/call-ended-message.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import type { CleanUpInput } from '../../src/functions/clean-up.ts';
import { deliverCallEnded } from '../../src/functions/deliver-call-ended.ts';
import { createManualClock } from '../adapters/manual-clock.ts';

const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const at = (minutes: number) => Date.UTC(2026, 2, 1, 12, minutes);

const input: CleanUpInput = {
  callId,
  graphCallId: callId,
  ended: { reason: 'notFound' },
  keepAlives: 3,
  lastKeepAliveAtMs: at(45),
};

const record: CallRecord = {
  callId,
  graphCallId: callId,
  appId: 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b',
  phase: 'ended',
  firstSeenAtMs: at(0),
  establishedAtMs: at(1),
  endedAtMs: at(50),
  endReason: 'terminated',
  resultInfo: { code: 200, subcode: 5010, message: 'Alone.' },
  terminationReason: 'Ended',
  facts: {
    tenantId: 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f',
    direction: 'outgoing',
    callChainId: 'chain',
    scenarioId: 'scenario',
    chatInfo: { threadId: '19:meeting_SW52@thread.v2', messageId: '0' },
    meetingInfo: {
      '@odata.type': '#microsoft.graph.organizerMeetingInfo',
      organizer: {
        user: { id: 'f1051627-5e6f-4071-8283-9e0f1a2b3c4d', tenantId: 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f' },
      },
    },
    requestedModalities: ['audio'],
    mediaConfigKind: '#microsoft.graph.serviceHostedMediaConfig',
    callbackUri: 'https://keepalive.example/api/notifications',
    subject: 'Stand-up',
    sourceId: 'application:bot',
    targetIds: ['user:one'],
  },
};

let store: CallStore;
let delivered: CallEndedMessage[];
let lines: { readonly level: string; readonly event: string; readonly [field: string]: unknown }[];
let context: InvocationContext;

beforeEach(() => {
  store = createMemoryCallStore();
  delivered = [];
  lines = [];
  context = new InvocationContext({
    functionName: 'deliverCallEnded',
    logHandler: (_level, ...args) => lines.push(JSON.parse(String(args[0]))),
  });
});

const activity = (webhook: CallEndedWebhook | undefined) =>
  deliverCallEnded({
    store,
    clock: createManualClock(at(51)),
    webhook,
    teamsHost: 'gov.teams.microsoft.us',
    maximumGapMs: 45 * 60_000,
  });

const taking: CallEndedWebhook = {
  deliver: async (_callId, message) => {
    delivered.push(message);
    return 200;
  },
};

describe('the end of a call is told', () => {
  test('with the cause when the call was lost', async () => {
    const lost = { resultInfo: { code: 408, subcode: 8537 }, lastKeepAliveAtMs: at(5) };
    await store.insert({ ...record, ...lost, lastFailureAtMs: at(49), lastFailureReason: 'http 503' });
    await activity(taking)(input, context);
    expect(delivered[0]?.data).toMatchObject({
      loss: { at: '2026-03-01T12:50:00.000Z', cause: 'no success for 45 min, Graph answers 503' },
    });
  });

  test('with everything that explains it and a rejoin needs', async () => {
    await store.insert(record);
    await activity(taking)(input, context);
    expect(delivered).toEqual([
      {
        type: 'call.ended',
        timestamp: '2026-03-01T12:50:00.000Z',
        data: {
          callId,
          ...record.facts,
          endReason: 'terminated',
          endReasonText: 'Graph reported that the call has ended.',
          resultInfo: record.resultInfo,
          resultText: 'Only one participant remained; keepAlive does not hold such a call.',
          terminationReason: 'Ended',
          keepAlives: 3,
          lastKeepAliveAt: '2026-03-01T12:45:00.000Z',
          firstSeenAt: '2026-03-01T12:00:00.000Z',
          establishedAt: '2026-03-01T12:01:00.000Z',
          endedAt: '2026-03-01T12:50:00.000Z',
          joinUrl:
            'https://gov.teams.microsoft.us/l/meetup-join/19%3Ameeting_SW52%40thread.v2/0?context=%7B%22Tid%22%3A%22b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f%22%2C%22Oid%22%3A%22f1051627-5e6f-4071-8283-9e0f1a2b3c4d%22%7D',
        },
      },
    ]);
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'webhook.delivered',
        level: 'info',
        callId,
        status: 200,
        endReason: 'terminated',
      }),
    ]);
  });

  test('even when the record is gone', async () => {
    await activity(taking)(input, context);
    expect(delivered).toEqual([
      {
        type: 'call.ended',
        timestamp: '2026-03-01T12:51:00.000Z',
        data: {
          callId,
          endReason: 'notFound',
          endReasonText: expect.stringContaining('404'),
          keepAlives: 3,
          lastKeepAliveAt: '2026-03-01T12:45:00.000Z',
          endedAt: '2026-03-01T12:51:00.000Z',
        },
      },
    ]);
  });

  test.each([
    ['the webhook does not take it', { deliver: () => Promise.reject(new CallEndedWebhookError(callId, 'HTTP 500')) }],
    ['the webhook was taken away', undefined],
  ])('again when %s: each try is one event', async (_, webhook) => {
    await expect(activity(webhook)(input, context)).rejects.toThrow();
    expect(lines).toEqual([expect.objectContaining({ event: 'webhook.failed', level: 'warning', callId })]);
  });

  test('again when the table does not answer', async () => {
    store = createMemoryCallStore({ before: () => Promise.reject(new Error('no table')) });
    await expect(activity(taking)(input, context)).rejects.toThrow('no table');
    expect(lines).toEqual([expect.objectContaining({ event: 'webhook.failed', problem: 'no table' })]);
    expect(delivered).toHaveLength(0);
  });
});
