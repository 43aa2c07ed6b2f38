import { z } from 'zod';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallPlan } from './call-life.ts';
import { isCallbackUri } from './callback-uri.ts';

const seconds = z.number().nonnegative();

/** What a call of the control API may look like. Durations in seconds of the call's life (before the time scale). */
export const callOptionsSchema = z.strictObject({
  direction: z.enum(['outgoing', 'incoming']).default('outgoing'),
  kind: z.enum(['p2p', 'meeting', 'policyRecording']).default('p2p'),
  /** Where the notifications go: https, or http on loopback. */
  callbackUri: z.string().refine(isCallbackUri, 'must be an https URL, or http on loopback'),
  /** Default: a new GUID. */
  callId: z
    .string()
    .refine((text) => parseCallId(text) !== undefined, 'must be a GUID or 32 hex digits')
    .optional(),
  /** Default: the tenant of the simulated Graph. */
  tenantId: z.guid().optional(),
  /** How Graph writes the id: dashed and in lower case, or as 32 upper-case hex digits. */
  idForm: z.enum(['dashed', 'hex']).default('dashed'),
  /** `established` carries chatInfo and meetingInfo. Default: only for kind `meeting`. */
  meeting: z.boolean().optional(),
  /** From the start (outgoing) or the answer (incoming) to `established`. */
  establishAfterSeconds: seconds.default(2),
  /** From the start until the other party hangs up. Default: never. */
  hangUpAfterSeconds: seconds.optional(),
  /** How long an incoming call waits for its answer. Default: 15, for policy recording 5. */
  answerWithinSeconds: seconds.optional(),
  subject: z.string().optional(),
});

export type CallOptions = z.input<typeof callOptionsSchema>;
export type CallShape = z.output<typeof callOptionsSchema>;

/** Source: https://learn.microsoft.com/graph/api/call-keepalive ("within 45 minutes of the previous request"). */
const KEEPALIVE_LIMIT_SECONDS = 45 * 60;
/** "We recommend that you send a request in shorter time intervals (every 15 minutes)", same page. */
const KEEPALIVE_RECOMMENDED_SECONDS = 15 * 60;
/** Source: https://learn.microsoft.com/graph/api/call-answer (15 s; 5 s for policy-based recording). */
const ANSWER_WITHIN_SECONDS = { p2p: 15, meeting: 15, policyRecording: 5 };
const TERMINATING_SECONDS = 1;

/** The plan of such a call with every duration divided by `timeScale`. */
export function toCallPlan(shape: CallShape, timeScale: number): CallPlan {
  const scaledMs = (durationSeconds: number) => (durationSeconds * 1_000) / timeScale;
  const answerWithinSeconds = shape.answerWithinSeconds ?? ANSWER_WITHIN_SECONDS[shape.kind];
  return {
    direction: shape.direction,
    kind: shape.kind,
    establishAfterMs: scaledMs(shape.establishAfterSeconds),
    ...(shape.hangUpAfterSeconds === undefined ? {} : { hangUpAfterMs: scaledMs(shape.hangUpAfterSeconds) }),
    answerWithinMs: scaledMs(answerWithinSeconds),
    terminatingMs: scaledMs(TERMINATING_SECONDS),
    keepAliveLimitMs: scaledMs(KEEPALIVE_LIMIT_SECONDS),
    keepAliveRecommendedMs: scaledMs(KEEPALIVE_RECOMMENDED_SECONDS),
  };
}
