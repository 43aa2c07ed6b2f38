import type { CallStore } from '../adapters/call-store.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';
import { type CompareProgress, isFillInDue } from '../core/reconcile/compare-progress.ts';
import { isFinished } from '../core/reconcile/next-look.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import type { ReconcileRun } from './reconcile-run.ts';
import { sideBySide } from './side-by-side.ts';
import { updateRecord } from './update-record.ts';

const CALLS_AT_ONCE = 32;

/**
 * Every quarter of an hour: the records of open calls that do not say when they need a look, for a release before that one
 * runs beside this one during an update, and writes records whole, are made to say so.
 *
 * Shape: the progress as stored → the same with the time of this, when it came to its end.
 * Errors: CallStoreError, but of no single record.  Effects: none, or one list, one write of the progress, and up to a read and a write per record.
 */
export async function fillInWhenDue(
  { store, clock }: ReconcileEffects,
  run: ReconcileRun,
  stored: CompareProgress,
): Promise<CompareProgress> {
  const filledInAtMs = clock.nowMs();
  if (run.isOver() || !isFillInDue(stored, filledInAtMs)) return stored;
  const found = await Array.fromAsync(store.listWithoutLook());
  await sideBySide(found, CALLS_AT_ONCE, async (callId) => {
    if (!run.isOver()) await fillIn(store, run, callId);
  });
  if (run.isOver()) return stored;
  const progress = { ...stored, filledInAtMs };
  await store.writeProgress(progress);
  return progress;
}

/** Any write of a record says when it needs a look. A failure is logged and counted: a row may stay unreadable for days. */
export async function fillIn(store: CallStore, run: ReconcileRun, callId: CallId): Promise<void> {
  try {
    await updateRecord(store, callId, (stored) => (stored && isWithoutLook(stored) ? { ...stored } : undefined));
  } catch (error) {
    run.fail(error, callId);
  }
}

export function isWithoutLook(record: CallRecord): boolean {
  return record.nextLookAtMs === undefined && !isFinished(record);
}
