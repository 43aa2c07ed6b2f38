import { withoutAbsent } from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import type { CallRecord, RecordedEndReason } from '../call-record/call-record.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import type { ResultInfo } from '../keepalive/keepalive-state.ts';
import { ownText } from '../values/plain-object.ts';
import { toIso } from '../values/time-text.ts';
import {
  type CallDanger,
  type CallSources,
  type CallStanding,
  type CallState,
  toCallStanding,
} from './call-standing.ts';
import { toLossCause, toWhy } from './call-why.ts';

/** One call as an operator sees it, as JSON: instants as ISO strings, absent members left out. */
export interface CallRow {
  readonly callId: CallId;
  readonly state: CallState;
  readonly danger: CallDanger;
  /** One sentence: how the call is, and why. */
  readonly why: string;
  readonly tenantId?: string;
  readonly direction?: string;
  readonly subject?: string;
  /** The chat of the meeting. */
  readonly threadId?: string;
  readonly callChainId?: string;
  readonly scenarioId?: string;
  readonly firstSeenAt?: string;
  readonly establishedAt?: string;
  readonly lastKeepAliveAt?: string;
  readonly nextKeepAliveAt?: string;
  /** When Graph ends the call if no keepAlive succeeds before. */
  readonly deadlineAt?: string;
  /** To the deadline, rounded down; negative once it has passed. */
  readonly marginSeconds?: number;
  readonly keepAlives: number;
  readonly consecutiveFailures: number;
  readonly lastFailure?: { readonly at: string; readonly reason: string };
  readonly endedAt?: string;
  /** Of a lost call: when it dropped, and why as far as anybody knows. */
  readonly loss?: { readonly at: string; readonly cause: string };
  readonly endReason?: RecordedEndReason;
  readonly resultInfo?: ResultInfo;
}

const LONGEST_ID = 1_024;

/** Shape: record and instance as read, now in ms since the epoch, the limits of calls → the row.  Errors: none. */
export function toCallRow(sources: CallSources, nowMs: number, limits: KeepaliveLimits): CallRow {
  const { callId, record } = sources;
  const tenantOfInstance = sources.instance === 'none' ? undefined : sources.instance?.tenantId;
  const standing = toCallStanding(sources, nowMs, limits);
  const isOpen = !isOver(standing.state);
  const deadlineAtMs = isOpen ? standing.deadlineAtMs : undefined;
  return {
    callId,
    state: standing.state,
    danger: standing.danger,
    why: toWhy(standing, nowMs),
    ...withoutAbsent({
      tenantId: record?.facts.tenantId ?? tenantOfInstance,
      direction: record?.facts.direction,
      subject: record?.facts.subject,
      threadId: ownText(record?.facts.chatInfo ?? {}, 'threadId', LONGEST_ID),
      callChainId: record?.facts.callChainId,
      scenarioId: record?.facts.scenarioId,
    }),
    ...instants(standing, record),
    ...withoutAbsent({
      deadlineAt: toIso(deadlineAtMs),
      marginSeconds: deadlineAtMs === undefined ? undefined : Math.floor((deadlineAtMs - nowMs) / 1_000),
    }),
    keepAlives: standing.keepAlives,
    consecutiveFailures: standing.consecutiveFailures,
    ...withoutAbsent({
      lastFailure: isOpen ? toFailureView(standing) : undefined,
      loss: toLossView(standing),
      endReason: isOpen ? undefined : standing.ended?.reason,
      resultInfo: isOpen ? undefined : standing.ended?.resultInfo,
    }),
  };
}

/** Ended, one way or the other. */
export function isOver(state: CallState): boolean {
  return state === 'ended' || state === 'lost';
}

function toFailureView({ lastFailure }: CallStanding) {
  return lastFailure && { at: toIso(lastFailure.atMs), reason: lastFailure.reason };
}

function toLossView(standing: CallStanding) {
  return standing.loss && { at: toIso(standing.loss.atMs), cause: toLossCause(standing) };
}

function instants(standing: CallStanding, record: CallRecord | undefined) {
  return withoutAbsent({
    firstSeenAt: toIso(record?.firstSeenAtMs),
    establishedAt: toIso(record?.establishedAtMs),
    lastKeepAliveAt: toIso(standing.lastKeepAliveAtMs),
    nextKeepAliveAt: toIso(standing.nextKeepAliveAtMs),
    endedAt: isOver(standing.state) ? toIso(standing.endedAtMs) : undefined,
  });
}
