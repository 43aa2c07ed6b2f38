import { withoutAbsent } from '../call-record/call-facts.ts';
import type { CallSums } from '../call-record/call-record.ts';
import type { CallEnded } from '../keepalive/keepalive-state.ts';
import { parseCallEnded } from '../keepalive/parse-keepalive.ts';
import { isPlainObject, ownText, type PlainObject } from '../values/plain-object.ts';

/** `ContinuedAsNew` lasts a moment and is `running`; a cancelled instance is as good as a failed one. */
export type InstanceLife = 'pending' | 'running' | 'suspended' | 'completed' | 'failed' | 'terminated';

/** What the reconciler needs to know of a call's durable instance. Instants in ms since the epoch. */
export interface InstanceFacts {
  readonly life: InstanceLife;
  /** When it began, or last continued as new; whole seconds, rounded down. */
  readonly createdAtMs: number;
  /** When the engine last took a step with it; whole seconds, rounded down. */
  readonly lastUpdatedAtMs: number;
  /** It knows that the call has ended, and cleans up. */
  readonly isEnding: boolean;
  readonly nextKeepAliveAtMs?: number;
  readonly sums: CallSums;
  /** How the call ended, once the instance knows. */
  readonly ended?: CallEnded;
  /** The tenant whose token Graph accepted last. */
  readonly tenantId?: string;
}

const LIVES: ReadonlyMap<string, InstanceLife> = new Map([
  ['Pending', 'pending'],
  ['Running', 'running'],
  ['ContinuedAsNew', 'running'],
  ['Suspended', 'suspended'],
  ['Completed', 'completed'],
  ['Failed', 'failed'],
  ['Canceled', 'failed'],
  ['Terminated', 'terminated'],
]);

/**
 * Reads an instance as the status API shows it: its `customStatus` while it runs, its output once it has completed.
 *
 * Shape: the status → facts.  Errors: none; what is missing or misshapen is left out. An unknown runtimeStatus counts as
 * `running`, for then nothing is started or ended on its account.
 */
export function parseInstanceFacts(status: {
  readonly runtimeStatus: string;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly customStatus: unknown;
  readonly output: unknown;
}): InstanceFacts {
  const life = LIVES.get(status.runtimeStatus) ?? 'running';
  const custom = isPlainObject(status.customStatus) ? status.customStatus : {};
  // The output of a suspended or terminated instance is the operator's reason, of a failed one the error.
  const output = life === 'completed' && isPlainObject(status.output) ? status.output : {};
  const lastKeepAliveAtMs = numberOf(output.lastKeepAliveAtMs) ?? parseInstant(custom, 'lastKeepAliveAt');
  // The custom status of a completed instance is that of its end.
  const worstMarginSeconds = numberOf(custom.worstMarginSeconds);
  return {
    life,
    createdAtMs: Date.parse(status.createdTime),
    lastUpdatedAtMs: Date.parse(status.lastUpdatedTime),
    isEnding: custom.phase === 'ended',
    sums: {
      keepAlives: countOf(output.keepAlives) ?? countOf(custom.keepAlives) ?? 0,
      ...(lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAtMs }),
      ...(worstMarginSeconds === undefined ? {} : { worstMarginMs: Math.round(worstMarginSeconds * 1_000) }),
    },
    ...withoutAbsent({
      nextKeepAliveAtMs: parseInstant(custom, 'nextKeepAliveAt'),
      ended: parseEnded(output) ?? parseEnded(custom),
      tenantId: ownText(custom, 'tenantId', 64),
    }),
  };
}

/** True while the instance can still do something. */
export function isLiveInstance(instance: InstanceFacts | undefined): boolean {
  return instance?.life === 'pending' || instance?.life === 'running' || instance?.life === 'suspended';
}

function parseEnded({ endReason, resultInfo }: PlainObject): CallEnded | undefined {
  return endReason === undefined ? undefined : parseCallEnded({ reason: endReason, resultInfo });
}

function parseInstant(source: PlainObject, name: string): number | undefined {
  return numberOf(Date.parse(ownText(source, name, 64) ?? ''));
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}
