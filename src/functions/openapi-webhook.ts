import { DELIVERY_TIMEOUT_MS } from '../core/call-end/delivery-timeout.ts';
import { toReasonText, toResultText } from '../core/call-end/result-words.ts';
import type { RecordedEndReason } from '../core/call-record/call-record.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';

const CALL = {
  callId: '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5',
  keepAlives: 7,
  endedAt: '2026-03-01T13:52:10.000Z',
  lastKeepAliveAt: '2026-03-01T13:45:02.000Z',
  firstSeenAt: '2026-03-01T12:00:00.000Z',
  establishedAt: '2026-03-01T12:00:04.000Z',
  tenantId: 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f',
  direction: 'outgoing',
  requestedModalities: ['audio'],
  chatInfo: { threadId: '19:meeting_SW52ZW50ZWQ@thread.v2', messageId: '0' },
  meetingInfo: {
    '@odata.type': '#microsoft.graph.organizerMeetingInfo',
    organizer: {
      user: { id: 'e0f40516-4d5e-4f60-b172-8d9e0f1a2b3c', tenantId: 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f' },
    },
  },
  joinUrl:
    'https://teams.microsoft.com/l/meetup-join/19%3Ameeting_SW52ZW50ZWQ%40thread.v2/0?context=%7B%22Tid%22%3A%22b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f%22%2C%22Oid%22%3A%22e0f40516-4d5e-4f60-b172-8d9e0f1a2b3c%22%7D',
} as const;

/** One of each: a reason without an example would not compile. */
const RESULTS: Readonly<Record<RecordedEndReason, CallEnded['resultInfo']>> = {
  terminated: { code: 200, subcode: 5002, message: 'The conversation has ended. DiagCode: 0#5002.@' },
  notFound: undefined,
  stopped: undefined,
  alone: { code: 200, subcode: 7000, message: 'The conversation has ended by bot.' },
  expired: undefined,
};

function toExample(endReason: RecordedEndReason) {
  const resultInfo = RESULTS[endReason];
  const result = resultInfo === undefined ? {} : { resultInfo, resultText: toResultText(resultInfo) };
  const { callId, ...others } = CALL;
  const data = { callId, endReason, endReasonText: toReasonText(endReason), ...result, ...others };
  return { summary: toReasonText(endReason), value: { type: 'call.ended', timestamp: CALL.endedAt, data } };
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** What is sent to CALL_ENDED_WEBHOOK_URL. Source: https://www.standardwebhooks.com */
export const CALL_ENDED_WEBHOOK = {
  operationId: 'callEnded',
  summary: 'A call has ended. Tried for a day, so it may come more than once.',
  security: [],
  parameters: [
    header('webhook-id', 'The same whenever this end is told: drop what has come before.'),
    header('webhook-timestamp', 'When this try was made, in seconds since the epoch. Refuse what is 5 minutes off.'),
    header(
      'webhook-signature',
      'v1, and the HMAC-SHA256 of `{id}.{timestamp}.{body}` in base64; several with spaces between.',
    ),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/CallEnded' },
        examples: Object.fromEntries(
          (Object.keys(RESULTS) as RecordedEndReason[]).map((reason) => [reason, toExample(reason)]),
        ),
      },
    },
  },
  responses: {
    '2XX': { description: 'Taken.' },
    default: {
      description: `Told again later; so is a redirect, which is not followed, and no answer within ${DELIVERY_TIMEOUT_MS / 1_000} s.`,
    },
  },
};
