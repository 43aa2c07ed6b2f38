import type { CallId } from '../call-record/call-id.ts';
import type { KeepaliveLimits } from './keepalive-limits.ts';

/** Why a call's keepalive ended. `notFound`: Graph knows the call no more. `stopped`: by an operator. `expired`: given up. */
export type EndReason = 'terminated' | 'notFound' | 'stopped' | 'expired';

/** Graph's resultInfo: how the call ended. Source: https://learn.microsoft.com/graph/api/resources/resultinfo */
export interface ResultInfo {
  readonly code?: number;
  readonly subcode?: number;
  readonly message?: string;
}

/** The payload of the durable event `callEnded`. */
export interface CallEnded {
  readonly reason: EndReason;
  readonly resultInfo?: ResultInfo;
  readonly terminationReason?: string;
}

/**
 * True when Graph says that it ended the call because keepAlive was missed: what this app exists to prevent.
 * Source: https://learn.microsoft.com/graph/api/call-delete (408/8537 "Keep Alive timeout, cleaned up inactive call").
 */
export function saysKeepAliveMissed(resultInfo: ResultInfo | undefined): boolean {
  return resultInfo?.code === 408 && resultInfo.subcode === 8537;
}

/** The last tries, newest last, as `customStatus.recent` shows them. */
export interface RecentKeepAlive {
  readonly atMs: number;
  /** The outcome's kind, or for a failure its code or reason. */
  readonly result: string;
  readonly ms: number;
  readonly requestId?: string;
}

/** What the loop knows of one call. It is the orchestration's input, and crosses `continueAsNew` whole. */
export interface KeepaliveState {
  readonly callId: CallId;
  /** The id as Graph first sent it: the one Graph is called with. */
  readonly graphCallId: string;
  /** The tenant whose token Graph accepts for this call; learned from the first success. */
  readonly tenantId?: string;
  /** The 45-minute clock starts here, not at `established`. */
  readonly firstSeenAtMs: number;
  /** Which run of the call this is: a registered call may have several. Absent in states of older releases. */
  readonly establishedAtMs?: number;
  readonly limits: KeepaliveLimits;
  readonly nextKeepAliveAtMs: number;
  /** Successes. */
  readonly keepAlives: number;
  /** All tries, failures included. */
  readonly attempts: number;
  readonly consecutiveFailures: number;
  readonly lastKeepAliveAtMs?: number;
  /** The shortest time that was left to the deadline at a success. Absent before the first, and in states of older releases. */
  readonly worstMarginMs?: number;
  readonly lastFailure?: { readonly atMs: number; readonly reason: string };
  readonly firstUnclearAtMs?: number;
  /** The first failure of a series without a success and without a pause. Absent in states of older releases. */
  readonly failingSinceMs?: number;
  readonly recent: readonly RecentKeepAlive[];
  readonly ended?: CallEnded;
  /** Set when the end rests on 404s without Graph's "call not found": the base URL may be wrong. */
  readonly misconfigurationSuspected?: true;
}

/** What the starter knows when it starts a call's orchestration. */
export interface KeepaliveStart {
  readonly callId: CallId;
  readonly graphCallId: string;
  readonly tenantId?: string | undefined;
  readonly firstSeenAtMs: number;
  readonly establishedAtMs?: number | undefined;
  readonly limits: KeepaliveLimits;
  /** The last keepAlive known to have succeeded, when this is not the call's first orchestration. */
  readonly lastKeepAliveAtMs?: number | undefined;
  /** When the first keepAlive is due; default: one interval after the call was first seen. */
  readonly firstKeepAliveAtMs?: number | undefined;
}

/** The state in which a call's orchestration starts. */
export function startKeepalive(start: KeepaliveStart): KeepaliveState {
  const { callId, graphCallId, tenantId, firstSeenAtMs, limits } = start;
  return {
    callId,
    graphCallId,
    ...(tenantId === undefined ? {} : { tenantId }),
    firstSeenAtMs,
    ...(start.establishedAtMs === undefined ? {} : { establishedAtMs: start.establishedAtMs }),
    limits,
    nextKeepAliveAtMs: start.firstKeepAliveAtMs ?? firstSeenAtMs + limits.intervalMs,
    keepAlives: 0,
    attempts: 0,
    consecutiveFailures: 0,
    ...(start.lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAtMs: start.lastKeepAliveAtMs }),
    recent: [],
  };
}

/** When Graph ends the call if no keepAlive succeeds before. */
export function deadlineMs(state: KeepaliveState): number {
  return lastProofOfLifeMs(state) + state.limits.maximumGapMs;
}

/** The last moment Graph is known to have restarted its 45 minutes. */
export function lastProofOfLifeMs(state: KeepaliveState): number {
  return state.lastKeepAliveAtMs ?? state.firstSeenAtMs;
}
