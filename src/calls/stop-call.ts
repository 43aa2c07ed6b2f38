import type { CallSighting } from '../core/call-record/call-record.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';
import { isLiveInstance, parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import type { CallEffects } from './call-effects.ts';
import { endCall } from './end-call.ts';

/**
 * Stops keeping a call alive on an operator's word, or the bot's, who may know how Graph ended it. The call is not hung
 * up. Harmless when repeated.
 *
 * Errors: CallStoreError, DurableCallsError, RecordConflictError; may then be repeated.
 * Effects: those of endCall; none for a call that is unknown.
 */
export async function stopCall(
  effects: CallEffects,
  seen: CallSighting,
  ended: CallEnded,
): Promise<'stopped' | 'unknown'> {
  const [stored, status] = await Promise.all([effects.store.read(seen.callId), effects.durable.status(seen.callId)]);
  const isLive = status !== undefined && isLiveInstance(parseInstanceFacts(status));
  if (stored === undefined && !isLive) return 'unknown';
  await endCall(effects, seen, ended);
  return 'stopped';
}
