import { type KeepAliveOutcome, toOutcomeText } from '../keepalive/keep-alive-outcome.ts';
import type { KeepaliveLimits } from '../keepalive/keepalive-limits.ts';
import { successOverdueAtMs } from '../reconcile/next-look.ts';
import type { CallRecord } from './call-record.ts';

/**
 * What one keepAlive adds to its call's row, whatever else the row says. A success and a failure write different
 * members, so that none of them undoes the other's, in whatever order they come. Never the phase: a call that has ended
 * stays ended.
 */
export type Heartbeat =
  | {
      readonly lastKeepAliveAtMs: number;
      readonly nextLookAtMs: number;
      readonly keepAlives?: number;
      readonly otherKeepAlives?: number;
      readonly lastRescueAtMs?: number;
    }
  | { readonly lastFailureAtMs: number; readonly lastFailureReason: string; readonly failures: number };

/** Who sent it, and what he knows of the tries before. Instants in ms since the epoch. */
export type HeartbeatSender =
  /** Of the orchestration's tries this is the `attempt`-th; `failed` of those before failed, `failures` of them in a row. */
  | { readonly by: 'orchestration'; readonly attempt: number; readonly failed: number; readonly failures: number }
  /** The record as read a moment ago. */
  | { readonly by: 'reconcileCalls' | 'operator'; readonly record: CallRecord };

/**
 * Shape: the outcome of one keepAlive, its sender, the limits → what to write; undefined when the call is gone, for its
 * end is written instead.  Errors: none.
 */
export function toHeartbeat(
  outcome: KeepAliveOutcome,
  sender: HeartbeatSender,
  limits: KeepaliveLimits,
): Heartbeat | undefined {
  switch (outcome.kind) {
    case 'gone':
      return undefined;
    case 'alive': {
      const lastKeepAliveAtMs = outcome.sentAtMs;
      const nextLookAtMs = successOverdueAtMs(lastKeepAliveAtMs, limits);
      return { lastKeepAliveAtMs, nextLookAtMs, ...countSuccess(sender, lastKeepAliveAtMs) };
    }
    case 'unclear':
    case 'denied':
    case 'retry': {
      const before = sender.by === 'orchestration' ? sender.failures : failuresInARow(sender.record);
      const lastFailureReason = toOutcomeText(outcome).slice(0, LONGEST_REASON);
      return { lastFailureAtMs: outcome.sentAtMs, lastFailureReason, failures: before + 1 };
    }
  }
}

const LONGEST_REASON = 256;

function countSuccess(sender: HeartbeatSender, atMs: number) {
  if (sender.by === 'orchestration') return { keepAlives: sender.attempt - sender.failed };
  const otherKeepAlives = (sender.record.otherKeepAlives ?? 0) + 1;
  return { otherKeepAlives, ...(sender.by === 'reconcileCalls' ? { lastRescueAtMs: atMs } : {}) };
}

/** Tries that failed since the last success, as far as the record knows. */
export function failuresInARow(record: CallRecord): number {
  const { lastFailureAtMs, failures = 0 } = record;
  if (lastFailureAtMs === undefined) return 0;
  return lastFailureAtMs > (lastKeepAliveMs(record) ?? 0) ? failures : 0;
}

/** The last keepAlive that succeeded, as far as the record knows. */
export function lastKeepAliveMs({ lastKeepAliveAtMs, lastRescueAtMs }: CallRecord): number | undefined {
  const known = [lastKeepAliveAtMs, lastRescueAtMs].filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** How often the call was kept alive, by whomever. */
export function keepAlivesOf({
  keepAlives = 0,
  otherKeepAlives = 0,
}: Pick<CallRecord, 'keepAlives' | 'otherKeepAlives'>): number {
  return keepAlives + otherKeepAlives;
}
