import type { CallSighting } from '../core/call-record/call-record.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { isLiveInstance, parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import type { CallEffects } from './call-effects.ts';
import { endCall } from './end-call.ts';

/**
 * Stops keeping a call alive on an operator's word, or the bot's, who may know how Graph ended it. The call is not hung
 * up. Harmless when repeated. While the engine does not answer, the record at least says so.
 *
 * Errors: CallStoreError, DurableCallsError, RecordConflictError; may then be repeated.
 * Effects: one read, without a record one status request; those of endCall for a call that is known.
 */
export async function stopCall(
  effects: CallEffects,
  seen: CallSighting,
  ended: CallEnded,
): Promise<'stopped' | 'unknown'> {
  const isKnown = (await effects.store.read(seen.callId)) !== undefined || (await isRunning(effects, seen));
  if (!isKnown) return 'unknown';
  await endCall(effects, seen, ended);
  return 'stopped';
}

async function isRunning({ durable }: CallEffects, { callId }: CallSighting): Promise<boolean> {
  const status = await durable.status(callId);
  return status !== undefined && isLiveInstance(parseInstanceFacts(status));
}
