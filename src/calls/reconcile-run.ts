import type { CallId } from '../core/call-record/call-id.ts';
import type { ReconcileKind } from '../core/reconcile/reconcile-call.ts';
import { watchEngine } from './engine-watch.ts';
import { lookAtCall } from './look-at-call.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';

/** The timer comes again every 5 minutes; a run that is still at work then would only hold it up. */
const NO_NEW_WORK_AFTER_MS = 4 * 60_000;

/** What one run saw and did. */
export interface ReconcileSummary {
  /** Calls whose record asked for a look. */
  readonly records: number;
  /** Live instances that were compared with their records. */
  readonly instances: number;
  /** How often each action was carried out without an error. */
  readonly done: Readonly<Partial<Record<ReconcileKind, number>>>;
  readonly failed: number;
  /** Left to the next run. */
  readonly postponed: number;
  /** Calls that were judged by their record alone, for the engine did not answer. */
  readonly byRecord: number;
}

/** One run at work. */
export interface ReconcileRun {
  readonly sums: { -readonly [Name in keyof ReconcileSummary]: ReconcileSummary[Name] };
  /** The time is up: nothing new is begun. */
  isOver(): boolean;
  /** Looks at one call by itself, and does what is to be done. A failure is logged and counted. */
  look(callId: CallId): Promise<void>;
  /** Counts and logs a failure, of one call or of none. */
  fail(error: unknown, callId?: CallId): void;
}

export function startRun(effects: ReconcileEffects): ReconcileRun {
  const { clock, durable, log } = effects;
  const stopAtMs = clock.nowMs() + NO_NEW_WORK_AFTER_MS;
  const engine = watchEngine(durable);
  const done: Partial<Record<ReconcileKind, number>> = {};
  const sums = { records: 0, instances: 0, done, failed: 0, postponed: 0, byRecord: 0 };
  const fail = (error: unknown, callId?: CallId) => {
    sums.failed++;
    const problem = error instanceof Error ? error.message : 'unknown error';
    log({ event: 'reconcile.failed', level: 'error', ...(callId === undefined ? {} : { callId }), problem });
  };
  const isOver = () => clock.nowMs() >= stopAtMs;
  return {
    sums,
    isOver,
    fail,
    async look(callId) {
      if (isOver()) {
        sums.postponed++;
        return;
      }
      try {
        const { kind, isByRecord } = await lookAtCall(effects, engine, callId);
        if (isByRecord) sums.byRecord++;
        if (kind !== 'nothing') done[kind] = (done[kind] ?? 0) + 1;
      } catch (error) {
        fail(error, callId);
      }
    },
  };
}
