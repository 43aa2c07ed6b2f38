import {
  type CallRecord,
  type CallSums,
  cleanUpCall,
  endStartedCall,
  toSighting,
} from '../core/call-record/call-record.ts';
import { type CallEnded, type KeepaliveState, startKeepalive } from '../core/keepalive/keepalive-state.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { tellEnd } from './tell-end.ts';
import { updateRecord } from './update-record.ts';

type CloseEffects = Omit<ReconcileEffects, 'graph' | 'heartbeats' | 'pace' | 'appId'>;

/**
 * Does for the record what the `cleanUp` activity does, for an orchestration that cannot, and has the webhook told: by
 * an orchestration that begins at its end, and so cleans up and delivers with all their tries.
 *
 * Order matters: the record says that the call has ended before that orchestration is there, which would else be taken
 * for one that keeps alive a call that is registered at this moment; it says that the call is closed only after that, for
 * nobody looks at it then. In between the next reconciliation finds an ended call that nobody cleans up, and repeats this.
 *
 * Shape: `judged` is the record by which it was decided that the call is over; nothing is done when an operator has
 * registered the call again since, or it was closed.
 * Errors: CallStoreError, DurableCallsError.  Effects: one write of the record, one event, two when nobody had ended it;
 * with a webhook one `startNew`, and another write before it when nobody had ended it.
 */
export async function closeCall(
  effects: CloseEffects,
  judged: CallRecord,
  ended: CallEnded,
  sums: CallSums,
): Promise<void> {
  const { store, clock, log } = effects;
  const { callId } = judged;
  const seen = toSighting(judged);
  const nowMs = clock.nowMs();
  const tell = tellEnd(log);
  let run = judged;
  const isOpen = (stored: CallRecord | undefined) =>
    stored?.cleanedUpAtMs === undefined && stored?.establishedAtMs === run.establishedAtMs;
  if (effects.tellsWebhook) {
    const end = (stored: CallRecord | undefined) =>
      isOpen(stored) ? endStartedCall(stored, seen, ended, nowMs) : undefined;
    const { before, after } = await updateRecord(store, callId, end, { tell });
    if (after === undefined || !isOpen(before)) return;
    run = after;
    await effects.durable.start(callId, toEndedState(effects, run, ended, sums));
  }
  const close = (stored: CallRecord | undefined) =>
    isOpen(stored) ? cleanUpCall(stored, seen, ended, sums, nowMs) : undefined;
  const { before, after } = await updateRecord(store, callId, close, { tell });
  if (!isOpen(before)) return;
  log({
    event: 'call.cleanedUp',
    level: 'info',
    callId,
    reason: after?.endReason ?? ended.reason,
    keepAlives: after?.keepAlives ?? sums.keepAlives,
    by: 'reconcileCalls',
  });
}

/** The state of an orchestration that has nothing left to do but its end. */
function toEndedState(effects: CloseEffects, run: CallRecord, ended: CallEnded, sums: CallSums): KeepaliveState {
  const start = startKeepalive({
    callId: run.callId,
    graphCallId: run.graphCallId,
    tenantId: effects.homeTenantId,
    firstSeenAtMs: effects.clock.nowMs(),
    establishedAtMs: run.establishedAtMs,
    limits: effects.limits,
  });
  return { ...start, ...sums, ended };
}
