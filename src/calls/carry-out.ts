import { type CallId, toInstanceId } from '../core/call-record/call-id.ts';
import {
  type CallRecord,
  endStartedCall,
  rebuildCall,
  repeatEnd,
  restartCall,
  toSighting,
} from '../core/call-record/call-record.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { parseKeepaliveState } from '../core/keepalive/parse-keepalive.ts';
import { isLiveInstance } from '../core/reconcile/instance-facts.ts';
import type { ReconcileAction } from '../core/reconcile/reconcile-call.ts';
import type { CallSituation } from '../core/reconcile/stuck-call.ts';
import { closeCall } from './close-call.ts';
import { toCallEnded } from './end-call.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { endRecordedCall, rescueCall } from './rescue-call.ts';
import { startInstance, tellEstablished } from './start-call.ts';
import { tellEnd } from './tell-end.ts';
import { updateRecord } from './update-record.ts';

/**
 * Carries out what was decided for one call. Each step is guarded by the record's ETag, and may be repeated.
 *
 * Errors: CallStoreError, DurableCallsError.  Effects: those of the action, and one event.
 */
export async function carryOut(
  effects: ReconcileEffects,
  callId: CallId,
  { record, instance }: CallSituation,
  action: ReconcileAction,
): Promise<void> {
  switch (action.kind) {
    case 'nothing':
      return;
    case 'start':
      return start(effects, callId, { ...action, isLive: isLiveInstance(instance) });
    case 'rescue': {
      effects.log({ event: 'call.stuck', level: 'warning', callId, reason: action.stuck });
      if (record !== undefined) await rescueCall(effects, record, instance);
      return;
    }
    case 'probe':
      if (record !== undefined) await probe(effects, record);
      return;
    case 'rebuild':
      return rebuild(effects, callId);
    case 'end':
      if (record !== undefined) await endRecordedCall(effects, record, instance, action.ended);
      return;
    case 'repeatEnd': {
      if (record === undefined) return;
      await effects.durable.raiseCallEnded(callId, toCallEnded(record), false);
      const nowMs = effects.clock.nowMs();
      await updateRecord(effects.store, callId, (stored) => repeatEnd(stored, nowMs));
      return report(effects, callId, 'endRepeated');
    }
    case 'close':
      if (record !== undefined) await closeCall(effects, record, action.ended, action.sums);
      return;
    case 'terminate':
      // In this order: a crash in between must not make the reason of the end look like an operator's. The next look finds
      // an ended call without an instance, and closes it: only then there is room for another to tell the webhook.
      if (record === undefined || !(await markEnded(effects, record, action.ended))) return;
      await effects.durable.terminate(callId, 'does-not-come-to-its-end');
      return report(effects, callId, 'terminated');
  }
}

async function start(
  effects: ReconcileEffects,
  callId: CallId,
  action: Omit<Extract<ReconcileAction, { kind: 'start' }>, 'kind'> & { readonly isLive: boolean },
): Promise<void> {
  const { hasFailed, isLive, lastKeepAliveAtMs, firstKeepAliveAtMs } = action;
  const nowMs = effects.clock.nowMs();
  const { before, after, stored } = await updateRecord(effects.store, callId, (row) =>
    restartCall(row, { hasFailed, isLive, nowMs }),
  );
  if (after?.phase !== 'starting') return;
  // A call that is alive had a keepAlive that recently, even where nobody knows of it any more.
  const oldestMs = lastKeepAliveAtMs === undefined ? nowMs - effects.limits.maximumGapMs : after.firstSeenAtMs;
  const known = { ...after, firstSeenAtMs: Math.max(after.firstSeenAtMs, oldestMs) };
  // A start that was cut off, or never came: nobody told that the call is established.
  const tell = before?.phase === 'active' ? () => {} : () => tellEstablished(effects, known, nowMs);
  const { outcome } = await startInstance(effects, known, { lastKeepAliveAtMs, firstKeepAliveAtMs }, { stored, tell });
  report(effects, callId, outcome, after.restarts);
}

/** Resolves with false when an operator has registered the call again since. */
async function markEnded(effects: ReconcileEffects, judged: CallRecord, ended: CallEnded): Promise<boolean> {
  const nowMs = effects.clock.nowMs();
  const isSameRun = (stored: CallRecord | undefined) => stored?.establishedAtMs === judged.establishedAtMs;
  const { before } = await updateRecord(
    effects.store,
    judged.callId,
    (stored) => (isSameRun(stored) ? endStartedCall(stored, toSighting(judged), ended, nowMs) : undefined),
    { tell: tellEnd(effects.log) },
  );
  return isSameRun(before);
}

/** A call of which nobody has told that it was established: `established` was lost, or the lobby is long. */
async function probe(effects: ReconcileEffects, record: CallRecord): Promise<void> {
  const outcome = await rescueCall(effects, record, undefined);
  if (outcome.kind !== 'alive') return;
  const { sentAtMs } = outcome;
  const firstKeepAliveAtMs = sentAtMs + effects.limits.intervalMs;
  const isNew = { hasFailed: false, isLive: false };
  await start(effects, record.callId, { ...isNew, lastKeepAliveAtMs: sentAtMs, firstKeepAliveAtMs });
}

async function rebuild(effects: ReconcileEffects, callId: CallId): Promise<void> {
  const input = await effects.durable.input(callId);
  if (input === undefined) return;
  const state = parseKeepaliveState(input, toInstanceId(callId));
  await updateRecord(effects.store, callId, (stored) => rebuildCall(stored, state, effects.appId));
  report(effects, callId, 'recordRebuilt');
}

function report({ log }: ReconcileEffects, callId: CallId, result: string, restarts?: number): void {
  log({ event: 'call.reconciled', level: 'warning', callId, result, restarts });
}
