import { withoutAbsent } from '../call-record/call-facts.ts';
import { type InstanceFacts, parseInstanceFacts } from '../reconcile/instance-facts.ts';
import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';
import { toIso } from '../values/time-text.ts';

/** One try, as `customStatus.recent` tells it. */
export interface RecentTry {
  readonly at: string;
  readonly result: string;
  readonly ms: number;
  readonly requestId?: string;
}

/** A call's durable instance with what an operator wants to see of it. */
export interface CallInstanceView extends InstanceFacts {
  readonly consecutiveFailures: number;
  readonly deadlineAtMs?: number;
  readonly lastFailure?: { readonly at: string; readonly reason: string };
  readonly recent: readonly RecentTry[];
}

/** An instance as the status API shows it. */
export type InstanceStatus = Parameters<typeof parseInstanceFacts>[0];

const LONGEST_REASON = 256;

/** Reads an instance's status. Errors: none; what is missing or misshapen is left out. */
export function parseInstanceView(status: InstanceStatus): CallInstanceView {
  const custom = isPlainObject(status.customStatus) ? status.customStatus : {};
  const failures = ownProperty(custom, 'consecutiveFailures');
  const recent = ownProperty(custom, 'recent');
  return {
    ...parseInstanceFacts(status),
    consecutiveFailures: isCount(failures) ? failures : 0,
    ...withoutAbsent({
      deadlineAtMs: parseInstant(custom, 'deadlineAt'),
      lastFailure: parseLastFailure(ownProperty(custom, 'lastFailure')),
    }),
    recent: Array.isArray(recent) ? recent.flatMap((item) => parseTry(item) ?? []) : [],
  };
}

function parseLastFailure(value: unknown): CallInstanceView['lastFailure'] {
  if (!isPlainObject(value)) return undefined;
  const atMs = parseInstant(value, 'at');
  const reason = ownText(value, 'reason', LONGEST_REASON);
  return atMs === undefined || reason === undefined ? undefined : { at: toIso(atMs), reason };
}

function parseTry(value: unknown): RecentTry | undefined {
  if (!isPlainObject(value)) return undefined;
  const atMs = parseInstant(value, 'at');
  const result = ownText(value, 'result', LONGEST_REASON);
  const ms = ownProperty(value, 'ms');
  if (atMs === undefined || result === undefined || !isCount(ms)) return undefined;
  const requestId = ownText(value, 'requestId', 128);
  return { at: toIso(atMs), result, ms, ...(requestId === undefined ? {} : { requestId }) };
}

function parseInstant(source: PlainObject, name: string): number | undefined {
  const instantMs = Date.parse(ownText(source, name, 64) ?? '');
  return Number.isNaN(instantMs) ? undefined : instantMs;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
