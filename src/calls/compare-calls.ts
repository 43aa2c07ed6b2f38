import type { LiveInstance } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';
import { type CallRecord, OPEN_PHASES } from '../core/call-record/call-record.ts';
import {
  type CompareProgress,
  NO_TURN_YET,
  nextTurn,
  SLICES,
  toSliceName,
} from '../core/reconcile/compare-progress.ts';
import { parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import { reconcileCall } from '../core/reconcile/reconcile-call.ts';
import { fillIn, fillInWhenDue, isWithoutLook } from './fill-in-looks.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import type { ReconcileRun } from './reconcile-run.ts';
import { sideBySide } from './side-by-side.ts';

const CALLS_AT_ONCE = 32;
/** A crash costs that many slices, which are gone through again. */
const SLICES_A_WRITE = 16;
/** A call is looked at so long after its end: its instance may not be able to clean up, which it tries for a day. */
const ENDED_AGO_MS = 48 * 60 * 60_000;

/**
 * Once an hour: the records against the live instances, for what no record asks to be looked at: instances without a
 * record or with one that is finished, records without an instance, and records that do not say when they need a look.
 * Slice by slice, as many as the run has time for; the table knows where to go on.
 *
 * Errors: CallStoreError. Where the engine does not list its instances, the records are still gone through.
 * Effects: one read of the progress; those of fillInWhenDue; when a turn is due or under way, per slice one list of
 * records, one page of instances or more, per 16 one write of the progress; those of a look per call that does not fit.
 */
export async function compareCalls(effects: ReconcileEffects, run: ReconcileRun): Promise<void> {
  const { store, clock, log } = effects;
  const stored = await fillInWhenDue(effects, run, (await store.readProgress()) ?? NO_TURN_YET);
  let progress = nextTurn(stored, clock.nowMs());
  let engineAnswers = true;
  while (progress !== undefined && progress.nextSlice < SLICES && !run.isOver()) {
    const found = await compareSlice(effects, run, toSliceName(progress.nextSlice), engineAnswers);
    engineAnswers = found.engineAnswers;
    progress = advance(progress, found);
    run.sums.instances += found.instances;
    const isLast = progress.nextSlice === SLICES || run.isOver();
    if (isLast || progress.nextSlice % SLICES_A_WRITE === 0) await store.writeProgress(progress);
    if (progress.nextSlice === SLICES && engineAnswers) {
      log({ event: 'reconcile.compared', level: 'info', records: progress.records, instances: progress.instances });
    }
  }
}

interface SliceFindings {
  readonly records: number;
  readonly instances: number;
  /** Records of an older release. */
  readonly filledIn: number;
  readonly engineAnswers: boolean;
}

function advance(progress: CompareProgress, found: SliceFindings): CompareProgress {
  return {
    ...progress,
    nextSlice: progress.nextSlice + 1,
    comesAgain: progress.comesAgain || found.filledIn > 0 || !found.engineAnswers,
    records: progress.records + found.records,
    instances: progress.instances + found.instances,
  };
}

async function compareSlice(
  effects: ReconcileEffects,
  run: ReconcileRun,
  slice: string,
  asksEngine: boolean,
): Promise<SliceFindings> {
  const { records, open, filledIn } = await readRecords(effects, run, slice);
  const suspects: CallId[] = [];
  let instances = 0;
  let engineAnswers = asksEngine;
  if (asksEngine) {
    try {
      instances = await findSuspects(effects, { slice, records, suspects });
    } catch (error) {
      run.fail(error);
      engineAnswers = false;
    }
  }
  await sideBySide(suspects, CALLS_AT_ONCE, (callId) => run.look(callId));
  return { records: open, instances, filledIn, engineAnswers };
}

/** The records of a slice; those of an older release now say when they need a look. */
async function readRecords({ store, clock }: ReconcileEffects, run: ReconcileRun, slice: string) {
  const records = new Map<CallId, CallRecord>();
  const older: CallId[] = [];
  let open = 0;
  for await (const { record } of store.list(OPEN_PHASES, clock.nowMs() - ENDED_AGO_MS, slice)) {
    records.set(record.callId, record);
    if (record.phase !== 'ended') open++;
    if (isWithoutLook(record)) older.push(record.callId);
  }
  await sideBySide(older, CALLS_AT_ONCE, (callId) => fillIn(store, run, callId));
  return { records, open, filledIn: older.length };
}

/** The records first, then the instances: a call that starts in between looks wrong, and is well at the second look. */
async function findSuspects(
  { durable, clock, limits }: ReconcileEffects,
  { slice, records, suspects }: { slice: string; records: Map<CallId, CallRecord>; suspects: CallId[] },
): Promise<number> {
  const judge = (callId: CallId, record: CallRecord | undefined, found: LiveInstance | undefined) => {
    const instance = found && parseInstanceFacts(found);
    if (reconcileCall({ record, instance }, clock.nowMs(), limits).kind !== 'nothing') suspects.push(callId);
  };
  let instances = 0;
  let continuationToken: string | undefined;
  do {
    const page = await durable.livePage(slice, continuationToken);
    for (const instance of page.instances) {
      instances++;
      judge(instance.callId, records.get(instance.callId), instance);
      records.delete(instance.callId);
    }
    continuationToken = page.continuationToken;
  } while (continuationToken !== undefined);
  for (const [callId, record] of records) judge(callId, record, undefined);
  return instances;
}
