import type { CallId } from '../core/call-record/call-id.ts';
import type { CallRecord } from '../core/call-record/call-record.ts';
import { callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import { isHangUpDue } from '../core/roster/see-roster.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import type { ReconcileRun } from './reconcile-run.ts';
import { sideBySide } from './side-by-side.ts';

const CALLS_AT_ONCE = 32;

interface DueCall {
  readonly callId: CallId;
  readonly deadlineMs: number;
  /** 0: it can still be saved. 1: it is late. 2: it has ended. */
  readonly rank: number;
}

/**
 * Looks at every call whose record asks for it. What is listed is a hint, and may be old by the time its turn comes: each
 * is looked at by itself. The call whose deadline is nearest comes first.
 *
 * Errors: CallStoreError when the list cannot be had.  Effects: one list; those of a look per call.
 */
export async function rescueCalls(effects: ReconcileEffects, run: ReconcileRun): Promise<void> {
  const { store, clock } = effects;
  const due: DueCall[] = [];
  for await (const { record } of store.listDue(clock.nowMs())) {
    if (!isOnlyToBeHungUp(record, clock.nowMs()) || effects.alone !== undefined) due.push(toDueCall(effects, record));
  }
  run.sums.records = due.length;
  due.sort((one, other) => one.rank - other.rank || one.deadlineMs - other.deadlineMs);
  await sideBySide(due, CALLS_AT_ONCE, ({ callId }) => run.look(callId));
}

/** It may stand there for the whole call, from before the app was told to hang up no more. */
function isOnlyToBeHungUp(record: CallRecord, nowMs: number): boolean {
  return isHangUpDue(record, nowMs) && record.nextLookAtMs !== undefined && record.nextLookAtMs > nowMs;
}

function toDueCall({ clock, limits }: ReconcileEffects, record: CallRecord): DueCall {
  const deadlineMs = callDeadlineMs({ record, instance: undefined }, limits);
  const rank = record.phase === 'ended' ? 2 : deadlineMs > clock.nowMs() ? 0 : 1;
  return { callId: record.callId, deadlineMs, rank };
}
