import { type CallRecord, type CallSighting, type CallSums, cleanUpCall } from '../core/call-record/call-record.ts';
import { type CallEnded, type KeepaliveState, startKeepalive } from '../core/keepalive/keepalive-state.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { tellEnd } from './tell-end.ts';
import { updateRecord } from './update-record.ts';

type CloseEffects = Omit<ReconcileEffects, 'graph' | 'heartbeats' | 'pace' | 'appId'>;

/**
 * Does for the record what the `cleanUp` activity does, for an orchestration that cannot, and has the webhook told: by
 * an orchestration that begins at its end, and so cleans up and delivers with all their tries. It is started before the
 * record says that the call is closed, for nobody looks at it after that. Changes nothing when repeated.
 *
 * Shape: `judged` is the record by which it was decided that the call is over; resolves with false, and does nothing, when
 * an operator has registered the call again since.
 * Errors: CallStoreError, DurableCallsError.  Effects: with a webhook one `startNew`; one write of the record, one event,
 * two when nobody had ended it.
 */
export async function closeCall(
  effects: CloseEffects,
  seen: CallSighting,
  ended: CallEnded,
  sums: CallSums,
  judged: CallRecord | undefined,
): Promise<boolean> {
  const { store, clock, log } = effects;
  const nowMs = clock.nowMs();
  const isAnotherRun = (stored: CallRecord | undefined) =>
    judged !== undefined && stored?.establishedAtMs !== judged.establishedAtMs;
  if (effects.tellsWebhook) {
    if (isAnotherRun((await store.read(seen.callId))?.record)) return false;
    await effects.durable.start(seen.callId, toEndedState(effects, seen, { ended, sums, judged }));
  }
  const { before, after } = await updateRecord(
    store,
    seen.callId,
    (stored) => (isAnotherRun(stored) ? undefined : cleanUpCall(stored, seen, ended, sums, nowMs)),
    { tell: tellEnd(log) },
  );
  if (isAnotherRun(before)) return false;
  if (before?.cleanedUpAtMs !== undefined) return true;
  log({
    event: 'call.cleanedUp',
    level: 'info',
    callId: seen.callId,
    reason: after?.endReason ?? ended.reason,
    keepAlives: after?.keepAlives ?? sums.keepAlives,
    by: 'reconcileCalls',
  });
  return true;
}

/** The state of an orchestration that has nothing left to do but its end. */
function toEndedState(
  effects: CloseEffects,
  seen: CallSighting,
  { ended, sums, judged }: { ended: CallEnded; sums: CallSums; judged: CallRecord | undefined },
): KeepaliveState {
  const start = startKeepalive({
    callId: seen.callId,
    graphCallId: seen.graphCallId,
    tenantId: seen.facts.tenantId ?? effects.homeTenantId,
    firstSeenAtMs: effects.clock.nowMs(),
    establishedAtMs: judged?.establishedAtMs,
    limits: effects.limits,
  });
  return { ...start, ...sums, ended };
}
