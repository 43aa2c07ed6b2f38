import type { LiveInstance } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import { type InstanceFacts, parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import { type ReconcileAction, type ReconcileKind, reconcileCall } from '../core/reconcile/reconcile-call.ts';
import { type CallSituation, callDeadlineMs } from '../core/reconcile/stuck-call.ts';
import { carryOut } from './carry-out.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { sideBySide } from './side-by-side.ts';

/** The timer comes again every 5 minutes; a run that is still at work then would only hold it up. */
const NO_NEW_WORK_AFTER_MS = 4 * 60_000;
const CALLS_AT_ONCE = 32;
/** A call is looked at so long after its end: its instance may not be able to clean up, which it tries for a day. */
const ENDED_AGO_MS = 48 * 60 * 60_000;

/** What one run saw and did. */
export interface ReconcileSummary {
  readonly records: number;
  readonly instances: number;
  /** How often each action was carried out without an error. */
  readonly done: Readonly<Partial<Record<ReconcileKind, number>>>;
  readonly failed: number;
  /** Left to the next run. */
  readonly postponed: number;
}

interface Suspect extends CallSituation {
  readonly callId: CallId;
  readonly action: ReconcileAction;
}

/**
 * Compares the records of open calls with the live instances, and mends what does not fit together.
 *
 * Both are listed once. Only a call that looks wrong is looked at again, by itself, and only what still holds is carried
 * out: the two lists are not of the same moment. The call whose deadline is nearest comes first.
 *
 * Errors: CallStoreError, DurableCallsError when a list cannot be had; a failure for one call is logged and counted.
 * Effects: two lists; per suspect one read, one status request, and those of its action.
 */
export async function reconcileCalls(effects: ReconcileEffects): Promise<ReconcileSummary> {
  const { clock, limits, log } = effects;
  const stopAtMs = clock.nowMs() + NO_NEW_WORK_AFTER_MS;
  const { suspects, records, instances } = await findSuspects(effects);
  const done: Partial<Record<ReconcileKind, number>> = {};
  let failed = 0;
  let postponed = 0;
  await sideBySide(inOrderOfDanger(suspects, clock.nowMs(), limits), CALLS_AT_ONCE, async ({ callId }) => {
    if (clock.nowMs() >= stopAtMs) {
      postponed++;
      return;
    }
    try {
      const kind = await reconcileOne(effects, callId);
      if (kind !== 'nothing') done[kind] = (done[kind] ?? 0) + 1;
    } catch (error) {
      failed++;
      const problem = error instanceof Error ? error.message : 'unknown error';
      log({ event: 'reconcile.failed', level: 'error', callId, problem });
    }
  });
  return { records, instances, done, failed, postponed };
}

async function findSuspects(effects: ReconcileEffects) {
  const { store, durable, clock, limits } = effects;
  const live = new Map<CallId, LiveInstance>();
  for (const instance of await durable.listLive()) live.set(instance.callId, instance);
  const instances = live.size;
  const suspects: Suspect[] = [];
  const judge = (callId: CallId, situation: CallSituation) => {
    const action = reconcileCall(situation, clock.nowMs(), limits);
    if (action.kind !== 'nothing') suspects.push({ callId, ...situation, action });
  };
  let records = 0;
  const endedSinceMs = clock.nowMs() - ENDED_AGO_MS;
  for await (const { record } of store.list(['observed', 'starting', 'active'], endedSinceMs)) {
    if (record.phase !== 'ended') records++;
    judge(record.callId, { record, instance: toFacts(live.get(record.callId)) });
    live.delete(record.callId);
  }
  // Ended calls whose instance has not ended yet, and instances without a record.
  for (const instance of live.values()) judge(instance.callId, { record: undefined, instance: toFacts(instance) });
  return { suspects, records, instances };
}

async function reconcileOne(effects: ReconcileEffects, callId: CallId): Promise<ReconcileKind> {
  const { store, durable, clock, limits } = effects;
  // In this order: an instance that ended before the call was registered again would else meet the record after it.
  const stored = await store.read(callId);
  const instance = await durable.status(callId);
  const situation: CallSituation = {
    record: stored?.record,
    instance: instance === undefined ? undefined : parseInstanceFacts(instance),
  };
  const action = reconcileCall(situation, clock.nowMs(), limits);
  await carryOut(effects, callId, situation, action);
  return action.kind;
}

/** Calls that can still be saved, nearest deadline first; then those that are late; then the clean-ups. */
function inOrderOfDanger(suspects: readonly Suspect[], nowMs: number, limits: ReconcileEffects['limits']) {
  const ranked = suspects.map((suspect) => {
    const deadlineMs = callDeadlineMs(suspect, limits);
    return { suspect, deadlineMs, rank: saves(suspect.action) ? (deadlineMs > nowMs ? 0 : 1) : 2 };
  });
  return ranked
    .sort((one, other) => one.rank - other.rank || one.deadlineMs - other.deadlineMs)
    .map(({ suspect }) => suspect);
}

function saves({ kind }: ReconcileAction): boolean {
  return kind === 'start' || kind === 'rescue' || kind === 'probe';
}

function toFacts(instance: LiveInstance | undefined): InstanceFacts | undefined {
  return instance === undefined ? undefined : parseInstanceFacts(instance);
}
