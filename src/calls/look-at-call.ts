import type { CallId } from '../core/call-record/call-id.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';
import { parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import { isFinished } from '../core/reconcile/next-look.ts';
import { type ReconcileKind, reconcileCall } from '../core/reconcile/reconcile-call.ts';
import { needsRescueByRecord } from '../core/reconcile/rescue-by-record.ts';
import { isHangUpDue } from '../core/roster/see-roster.ts';
import { carryOut } from './carry-out.ts';
import type { EngineWord } from './engine-watch.ts';
import { hangUpAlone } from './hang-up-alone.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { rescueByRecord } from './rescue-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * Looks at one call by itself and does what is to be done about it: by record and instance, or by the record alone while
 * the engine is silent, and then nothing but a keepAlive and the end that it may bring.
 *
 * Errors: CallStoreError, DurableCallsError.  Effects: one read, one status request, and those of the action.
 */
export async function lookAtCall(
  effects: ReconcileEffects,
  engine: (callId: CallId) => Promise<EngineWord>,
  callId: CallId,
): Promise<{ readonly kind: ReconcileKind; readonly isByRecord: boolean }> {
  const { store, clock, limits } = effects;
  // In this order: an instance that ended before the call was registered again would else meet the record after it.
  const record = (await store.read(callId))?.record;
  const word = await engine(callId);
  if (word.kind === 'silent') {
    if (record === undefined || !needsRescueByRecord(record, clock.nowMs(), limits)) {
      return { kind: 'nothing', isByRecord: true };
    }
    await rescueByRecord(effects, record);
    return { kind: 'rescue', isByRecord: true };
  }
  const instance = word.kind === 'none' ? undefined : parseInstanceFacts(word.instance);
  if (effects.alone !== undefined && isHangUpDue(record, clock.nowMs())) {
    const isOver = await hangUpAlone(effects, effects.alone, record, instance);
    if (isOver) return { kind: 'hangUp', isByRecord: false };
  }
  const action = reconcileCall({ record, instance }, clock.nowMs(), limits);
  await carryOut(effects, callId, { record, instance }, action);
  if (action.kind === 'nothing' && record !== undefined) await askForNoLook(effects, record);
  return { kind: action.kind, isByRecord: false };
}

/** A heartbeat that came after the end asked for another look; any write of the record takes that back. */
async function askForNoLook({ store }: ReconcileEffects, record: CallRecord): Promise<void> {
  const asksInVain = (stored: CallRecord) => isFinished(stored) && stored.nextLookAtMs !== undefined;
  if (!asksInVain(record)) return;
  await updateRecord(store, record.callId, (stored) => (stored && asksInVain(stored) ? { ...stored } : undefined));
}
