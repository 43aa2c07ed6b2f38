import * as z from 'zod/mini';
import { parseJoinUrl } from '../core/call-end/join-url.ts';
import { type CallFacts, parseChatInfo, parseMeetingInfo, withoutAbsent } from '../core/call-record/call-facts.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { parseJsonBytes } from '../core/notifications/notification-request.ts';
import { isPlainObject, type PlainObject } from '../core/values/plain-object.ts';

/** What an operator tells of a call. */
export type ParsedRegistration =
  | {
      readonly kind: 'registration';
      readonly facts: CallFacts & { readonly tenantId: string };
      readonly startedAtMs?: number;
    }
  | { readonly kind: 'refused'; readonly status: 400 | 413; readonly problem: string };

const LARGEST_BODY_BYTES = 64 * 1024;
/** The operator's clock may be a little ahead. */
const CLOCK_SKEW_MS = 60_000;
const LONGEST_NAME = 64;

const info = (parse: (value: unknown) => PlainObject | undefined, example: string) =>
  z
    .pipe(
      z.custom<PlainObject>(isPlainObject, 'must be an object'),
      z.transform((value: PlainObject) => parse(value)),
    )
    .check(z.refine((kept) => kept !== undefined, `holds nothing that is kept; for example ${example}`));

const bodySchema = z.strictObject(
  {
    tenantId: z.pipe(
      z
        .string('is missing, or no text')
        .check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a GUID with dashes')),
      z.transform((text: string) => text.toLowerCase()),
    ),
    startedAt: z.optional(
      z.pipe(
        z.iso.datetime({
          offset: true,
          error: 'must be an instant in ISO 8601 with Z or an offset, 2026-03-01T12:00:00Z',
        }),
        z.transform((text: string) => Date.parse(text)),
      ),
    ),
    chatInfo: z.optional(info(parseChatInfo, '{"threadId","messageId"}')),
    meetingInfo: z.optional(info(parseMeetingInfo, '{"organizer":{"user":{"id","tenantId"}}}')),
    joinUrl: z.optional(
      z
        .pipe(z.string('must be a text'), z.transform(parseJoinUrl))
        .check(
          z.refine(
            (target) => target !== undefined,
            'must be a link https://teams.microsoft.com/l/meetup-join/…?context=… or …/meet/…?p=…',
          ),
        ),
    ),
  },
  'The body must be a JSON object.',
);

/**
 * Reads the body of `PUT /api/calls/{callId}`.
 *
 * Shape: bytes, now, the limits of calls → the registration, or every problem with the fields' names
 * and never their values.  Units: ms.  Errors: none.
 */
export function parseRegistration(
  bytes: Uint8Array,
  nowMs: number,
  { expireAfterMs, maximumCallMs = Number.POSITIVE_INFINITY }: KeepaliveLimits,
): ParsedRegistration {
  if (bytes.byteLength > LARGEST_BODY_BYTES) {
    return { kind: 'refused', status: 413, problem: `The body is larger than ${LARGEST_BODY_BYTES} bytes.` };
  }
  const json = parseJsonBytes(bytes);
  if (json === undefined) return refused('The body must be JSON in UTF-8, such as {"tenantId":"…"}.');
  const body = bodySchema.safeParse(json.value);
  if (!body.success) return refused(body.error.issues.map(toProblem).join(' '));
  const { tenantId, startedAt: startedAtMs, chatInfo, meetingInfo, joinUrl } = body.data;
  if (joinUrl !== undefined && (chatInfo !== undefined || meetingInfo !== undefined)) {
    return refused('joinUrl stands for chatInfo and meetingInfo: give either it or them.');
  }
  if (startedAtMs !== undefined && startedAtMs > nowMs + CLOCK_SKEW_MS) return refused('startedAt is in the future.');
  if (startedAtMs !== undefined && startedAtMs <= nowMs - maximumCallMs) {
    return refused(`startedAt is ${toHours(maximumCallMs)} hours ago or longer: MAX_CALL_HOURS gives such a call up.`);
  }
  if (startedAtMs !== undefined && startedAtMs < nowMs - expireAfterMs) {
    return refused(`startedAt is longer ago than ${toHours(expireAfterMs)} hours. Leave it out when it is not known.`);
  }
  return {
    kind: 'registration',
    facts: { tenantId, ...withoutAbsent({ chatInfo, meetingInfo }), ...joinUrl },
    ...(startedAtMs === undefined ? {} : { startedAtMs: Math.min(startedAtMs, nowMs) }),
  };
}

function refused(problem: string): ParsedRegistration {
  return { kind: 'refused', status: 400, problem };
}

function toProblem(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 5).map((name) => name.slice(0, LONGEST_NAME));
    return `Unknown: ${names.join(', ')}. Known are ${Object.keys(bodySchema.shape).join(', ')}.`;
  }
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')} ${issue.message}.`;
}

function toHours(ms: number): number {
  return Math.round((ms / 3_600_000) * 100) / 100;
}
