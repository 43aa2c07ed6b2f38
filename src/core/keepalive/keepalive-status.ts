import { toIso } from '../values/time-text.ts';
import { type KeepalivePhase, toPhase } from './keepalive-machine.ts';
import { deadlineMs, type KeepaliveState, type RecentKeepAlive } from './keepalive-state.ts';

/**
 * The instance's `customStatus`: what the status API, the dashboard and the reconciler see of a call. Each turn writes it
 * anew, so it does not repeat the call, which the instance id names. Well below the 16 kB limit of custom status.
 */
export interface KeepaliveStatus {
  readonly tenantId?: string;
  readonly phase: KeepalivePhase;
  readonly keepAlives: number;
  readonly lastKeepAliveAt?: string;
  /** The shortest time that was left to the deadline at a success. */
  readonly worstMarginSeconds?: number;
  readonly nextKeepAliveAt?: string;
  readonly deadlineAt: string;
  readonly consecutiveFailures: number;
  readonly lastFailure?: { readonly at: string; readonly reason: string };
  /** Of the successes only the last has Graph's request id; the log has them all. */
  readonly recent: readonly RecentStatus[];
  readonly endReason?: string;
}

interface RecentStatus {
  readonly at: string;
  readonly result: string;
  readonly ms: number;
  readonly requestId?: string;
}

/** Shape: state, now → the JSON of `customStatus`, instants as ISO strings.  Errors: none. */
export function toKeepaliveStatus(state: KeepaliveState, nowMs: number): KeepaliveStatus {
  const phase = toPhase(state, nowMs);
  return {
    ...(state.tenantId === undefined ? {} : { tenantId: state.tenantId }),
    phase,
    keepAlives: state.keepAlives,
    ...(state.lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAt: toIso(state.lastKeepAliveAtMs) }),
    ...(state.worstMarginMs === undefined ? {} : { worstMarginSeconds: state.worstMarginMs / 1_000 }),
    ...(phase === 'ended' ? {} : { nextKeepAliveAt: toIso(Math.max(state.nextKeepAliveAtMs, nowMs)) }),
    deadlineAt: toIso(deadlineMs(state)),
    consecutiveFailures: state.consecutiveFailures,
    ...(state.lastFailure === undefined
      ? {}
      : { lastFailure: { at: toIso(state.lastFailure.atMs), reason: state.lastFailure.reason } }),
    recent: toRecent(state.recent),
    ...(state.ended === undefined ? {} : { endReason: state.ended.reason }),
  };
}

function toRecent(recent: readonly RecentKeepAlive[]): readonly RecentStatus[] {
  const lastSuccess = recent.findLast(({ result }) => result === 'alive');
  return recent.map((attempt) => {
    const { atMs, result, ms, requestId } = attempt;
    const isToldOf = requestId !== undefined && (result !== 'alive' || attempt === lastSuccess);
    return { at: toIso(atMs), result, ms, ...(isToldOf ? { requestId } : {}) };
  });
}
