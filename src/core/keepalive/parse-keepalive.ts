import { parseResultInfo, withoutAbsent } from '../call-record/call-facts.ts';
import { callIdOfInstance, parseCallId } from '../call-record/call-id.ts';
import { isPlainObject, ownProperty, ownText } from '../values/plain-object.ts';
import type { RememberedOutcome } from './keep-alive-outcome.ts';
import type { CallEnded, EndReason, KeepaliveState } from './keepalive-state.ts';

const END_REASONS: ReadonlySet<string> = new Set<EndReason>(['terminated', 'notFound', 'stopped', 'expired']);
const OUTCOMES: ReadonlySet<string> = new Set<RememberedOutcome['kind']>([
  'alive',
  'gone',
  'unclear',
  'denied',
  'retry',
]);

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
    isPlainObject(ownProperty(input, 'limits')) &&
    Number.isFinite(ownProperty(input, 'firstSeenAtMs')) &&
    Number.isFinite(ownProperty(input, 'nextKeepAliveAtMs')) &&
    Array.isArray(ownProperty(input, 'recent'));
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
  if (isPlainObject(result) && OUTCOMES.has(String(result.kind)) && Number.isFinite(result.sentAtMs)) {
    return result as unknown as RememberedOutcome;
  }
  return {
    kind: 'retry',
    reason: 'the keepAlive activity failed',
    sentAtMs: nowMs,
    durationMs: 0,
  };
}
