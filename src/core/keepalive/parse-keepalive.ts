import { parseResultInfo, withoutAbsent } from '../call-record/call-facts.ts';
import { callIdOfInstance, parseCallId } from '../call-record/call-id.ts';
import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';
import type { RememberedOutcome } from './keep-alive-outcome.ts';
import type { CallEnded, EndReason, KeepaliveState } from './keepalive-state.ts';

const END_REASONS: ReadonlySet<string> = new Set<EndReason>(['terminated', 'notFound', 'stopped', 'expired']);
const OUTCOMES: ReadonlySet<unknown> = new Set<RememberedOutcome['kind']>([
  'alive',
  'gone',
  'unclear',
  'denied',
  'retry',
]);

/** Those of every release. */
const LIMITS = [
  ...['intervalMs', 'maximumGapMs', 'lastStretchMs', 'firstDelayMs', 'largestDelayMs', 'smallestDelayMs'],
  ...['retryAfterMarginMs', 'confirmGoneAfterMs', 'overdueIntervalMs', 'expireAfterMs'],
];
const INSTANTS = ['establishedAtMs', 'lastKeepAliveAtMs', 'firstUnclearAtMs', 'failingSinceMs'];
const NUMBERS = ['keepAlives', 'attempts', 'consecutiveFailures', 'worstMarginMs'];
const TEXTS = ['code', 'reason', 'requestId', 'clientRequestId', 'tenantId'];

/**
 * Reads an orchestration's input: the state with which the app started it or continued it as new.
 *
 * Errors: throws when the instance was started by somebody else with something else; the instance then fails at once.
 */
export function parseKeepaliveState(input: unknown, instanceId: string): KeepaliveState {
  const callId = callIdOfInstance(instanceId);
  const isState =
    isPlainObject(input) &&
    callId !== undefined &&
    parseCallId(ownText(input, 'callId', 64) ?? '') === callId &&
    // It becomes part of a URL with the bot's token, and whoever has the engine's key may start instances.
    parseCallId(ownText(input, 'graphCallId', 64) ?? '') === callId &&
    areLimits(ownProperty(input, 'limits')) &&
    ['firstSeenAtMs', 'nextKeepAliveAtMs'].every((name) => isInstant(ownProperty(input, name))) &&
    areTries(ownProperty(input, 'recent')) &&
    whereThere(input, INSTANTS, isInstant) &&
    whereThere(input, NUMBERS, Number.isFinite) &&
    whereThere(input, ['lastFailure'], (failure) => areTries([failure])) &&
    whereThere(input, ['ended'], isPlainObject);
  if (!isState) {
    throw new Error(
      `Instance ${instanceId} was started without the state of its call. Register the call with PUT /api/calls/{callId} instead.`,
    );
  }
  return input as unknown as KeepaliveState;
}

/** Reads the payload of `callEnded`. The event itself is the message: whatever it carries, the call has ended. */
export function parseCallEnded(payload: unknown): CallEnded {
  if (!isPlainObject(payload)) return { reason: 'terminated' };
  const reason = ownText(payload, 'reason', 64) ?? '';
  return {
    ...withoutAbsent({
      resultInfo: parseResultInfo(ownProperty(payload, 'resultInfo')),
      terminationReason: ownText(payload, 'terminationReason', 256),
    }),
    reason: END_REASONS.has(reason) ? (reason as EndReason) : 'terminated',
  };
}

/** Reads what the activity returned; an activity that failed, or returned something else, is a try to repeat. */
export function parseOutcome(result: unknown, nowMs: number): RememberedOutcome {
  if (isPlainObject(result) && isOutcome(result)) {
    // The next try is counted from it: without it there would be no instant for the timer.
    return (result.durationMs === undefined ? { ...result, durationMs: 0 } : result) as unknown as RememberedOutcome;
  }
  return {
    kind: 'retry',
    reason: 'the keepAlive activity failed',
    sentAtMs: nowMs,
    durationMs: 0,
  };
}

function isOutcome(result: PlainObject): boolean {
  return (
    OUTCOMES.has(result.kind) &&
    isInstant(result.sentAtMs) &&
    whereThere(result, ['lastSuccessAtMs'], isInstant) &&
    whereThere(result, ['durationMs', 'afterMs'], Number.isFinite) &&
    whereThere(result, TEXTS, (text) => typeof text === 'string')
  );
}

/** Members that older releases did not write may be missing, but not be something else. */
function whereThere(object: PlainObject, names: readonly string[], check: (value: unknown) => boolean): boolean {
  return names.every((name) => object[name] === undefined || check(object[name]));
}

function areTries(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => isPlainObject(item) && isInstant(item.atMs));
}

function areLimits(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const durations = Object.values(value);
  return LIMITS.every((name) => name in value) && durations.every((duration) => Number.isFinite(duration));
}

/** What a Date can hold. Source: https://tc39.es/ecma262/#sec-time-values-and-time-range */
function isInstant(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}
