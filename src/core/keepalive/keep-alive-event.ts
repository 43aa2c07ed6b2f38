import type { AppEvent } from '../events/app-event.ts';
import type { KeepAliveOutcome } from './keep-alive-outcome.ts';

/** What the sender of a keepAlive knows of it besides its outcome. Instants in ms since the epoch. */
export interface SentKeepAlive {
  readonly callId: string;
  /** Absent: the call's own orchestration. */
  readonly by?: 'reconcileCalls' | 'operator';
  readonly attempt?: number;
  readonly dueAtMs?: number;
  readonly deadlineAtMs?: number;
}

/** The event of one keepAlive: a success may be one too, when Graph took what came past the deadline.  Errors: none. */
export function toKeepAliveEvent(sent: SentKeepAlive, outcome: KeepAliveOutcome): AppEvent {
  const { callId, by, attempt, dueAtMs, deadlineAtMs } = sent;
  const { sentAtMs, durationMs, requestId, clientRequestId, tenantId } = outcome;
  const marginSeconds = deadlineAtMs === undefined ? undefined : toSeconds(deadlineAtMs - sentAtMs);
  const isLate = deadlineAtMs !== undefined && sentAtMs >= deadlineAtMs;
  const facts = {
    callId,
    outcome: outcome.kind,
    ...toFailure(outcome),
    attempt,
    latenessSeconds: dueAtMs === undefined ? undefined : toSeconds(sentAtMs - dueAtMs),
    marginSeconds,
    durationMs,
    requestId,
    clientRequestId,
    tenantId,
    by,
  };
  if (outcome.kind === 'alive') {
    const event = by === 'reconcileCalls' ? 'keepAlive.rescued' : 'keepAlive.succeeded';
    return { event, level: isLate ? 'warning' : 'info', ...facts };
  }
  const isGone = outcome.kind === 'gone';
  return isLate
    ? { event: 'keepAlive.overdue', level: isGone ? 'info' : 'error', ...facts }
    : { event: 'keepAlive.failed', level: isGone ? 'info' : 'warning', ...facts };
}

function toFailure(outcome: KeepAliveOutcome): { readonly reason?: string; readonly code?: string } {
  switch (outcome.kind) {
    case 'denied':
      return { reason: outcome.reason, code: outcome.code };
    case 'retry':
      return { reason: outcome.reason };
    case 'alive':
    case 'gone':
    case 'unclear':
      return {};
  }
}

/** To the millisecond: what asks whether a keepAlive was late compares with 0. */
function toSeconds(ms: number): number {
  return Math.round(ms) / 1_000;
}
