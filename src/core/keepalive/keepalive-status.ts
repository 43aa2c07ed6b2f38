import { type KeepalivePhase, toPhase } from './keepalive-machine.ts';
import { deadlineMs, type KeepaliveState } from './keepalive-state.ts';

/**
 * The instance's `customStatus`: what the status API, the dashboard and the reconciler see of a call.
 * Well below the 16 kB limit of custom status.
 */
export interface KeepaliveStatus {
  readonly callId: string;
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
  readonly recent: readonly {
    readonly at: string;
    readonly result: string;
    readonly ms: number;
    readonly requestId?: string;
  }[];
  readonly endReason?: string;
}

/** Shape: state, now → the JSON of `customStatus`, instants as ISO strings.  Errors: none. */
export function toKeepaliveStatus(state: KeepaliveState, nowMs: number): KeepaliveStatus {
  const phase = toPhase(state, nowMs);
  return {
    callId: state.callId,
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
    recent: state.recent.map(({ atMs, ...rest }) => ({ at: toIso(atMs), ...rest })),
    ...(state.ended === undefined ? {} : { endReason: state.ended.reason }),
  };
}

function toIso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
