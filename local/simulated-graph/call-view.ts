import { type CallKind, type CallState, keepAliveDeadlineMs, type ResultInfo } from './call-life.ts';
import { withoutQuery } from './callback-uri.ts';
import type { NotificationRecord, SimulatedCall } from './simulated-call.ts';

/** A call as the control API shows it. Instants as ISO strings, durations in seconds of the clock. */
export interface CallView {
  readonly callId: string;
  readonly kind: CallKind;
  readonly direction: 'incoming' | 'outgoing';
  readonly tenantId: string;
  /** Without its query, which may hold a key. */
  readonly callbackUri: string;
  readonly state: CallState;
  readonly startedAt: string;
  readonly establishedAt?: string;
  readonly endedAt?: string;
  /** When Graph ends the call unless a keepAlive succeeds before. */
  readonly deadlineAt?: string;
  readonly resultInfo?: ResultInfo;
  readonly transitions: ReadonlyArray<{ readonly at: string; readonly state: CallState }>;
  readonly keepAlives: readonly KeepAliveView[];
  readonly notifications: readonly NotificationView[];
}

export interface KeepAliveView {
  readonly at: string;
  /** null = it got no answer. */
  readonly status: number | null;
  readonly requestId: string;
  readonly sinceLastSuccessSeconds: number;
  /** Beyond the 15 minutes that Graph recommends; 0 = in time. */
  readonly lateSeconds: number;
}

export interface NotificationView {
  readonly at: string;
  readonly messageId: string;
  readonly state?: CallState;
  readonly outcome: 'pending' | 'delivered' | 'failed' | 'lost';
  readonly status?: number;
  readonly error?: string;
}

export function toCallView(call: SimulatedCall): CallView {
  const { facts, life } = call;
  const deadlineMs = keepAliveDeadlineMs(life);
  const established = call.transitions.find(({ state }) => state === 'established');
  const ended = call.transitions.find(({ state }) => state === 'terminated');
  return {
    callId: facts.callId,
    kind: facts.kind,
    direction: facts.direction,
    tenantId: facts.tenantId,
    callbackUri: withoutQuery(call.callbackUri),
    state: life.state,
    startedAt: toIso(life.startedAtMs),
    ...(established === undefined ? {} : { establishedAt: toIso(established.atMs) }),
    ...(ended === undefined ? {} : { endedAt: toIso(ended.atMs) }),
    ...(deadlineMs === undefined ? {} : { deadlineAt: toIso(deadlineMs) }),
    ...(ended?.resultInfo === undefined ? {} : { resultInfo: ended.resultInfo }),
    transitions: call.transitions.map(({ atMs, state }) => ({ at: toIso(atMs), state })),
    keepAlives: call.keepAlives.map((keepAlive) => ({
      at: toIso(keepAlive.atMs),
      status: keepAlive.status ?? null,
      requestId: keepAlive.requestId,
      sinceLastSuccessSeconds: keepAlive.sinceLastSuccessMs / 1_000,
      lateSeconds: keepAlive.lateMs / 1_000,
    })),
    notifications: call.notifications.map(toNotificationView),
  };
}

export function toNotificationView({ atMs, state, ...record }: NotificationRecord): NotificationView {
  return { at: toIso(atMs), ...(state === undefined ? {} : { state }), ...record };
}

function toIso(atMs: number): string {
  return new Date(atMs).toISOString();
}
