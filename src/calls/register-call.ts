import { toInstanceId } from '../core/call-record/call-id.ts';
import {
  type CallRecord,
  type CallSighting,
  reopenCall,
  startCall as toStarting,
} from '../core/call-record/call-record.ts';
import { isLiveInstance, parseInstanceFacts } from '../core/reconcile/instance-facts.ts';
import type { CallEffects } from './call-effects.ts';
import { startInstance } from './start-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * `started`: an orchestration keeps the call alive from now on. `running`: one did already.
 * `suspended`: there is one, but an operator suspended it. `finishing`: the one before still cleans up, or tells the
 * webhook. `terminated`: Graph has ended the call, for good.
 */
export type Registration = 'started' | 'running' | 'suspended' | 'finishing' | 'terminated';

/**
 * Has a call kept alive on an operator's word, without a notification; reopens one that had ended otherwise than by
 * Graph. Harmless when repeated.
 *
 * Shape: what is known of the call, when it started (ms; undefined = not known, so the first keepAlive is sent at once)
 * → the outcome and the record.  Errors: CallStoreError, DurableCallsError, RecordConflictError; may then be repeated.
 * Effects: one status request, up to two writes of the record, one `startNew`, one event.
 */
export async function registerCall(
  effects: CallEffects,
  seen: CallSighting,
  startedAtMs: number | undefined,
): Promise<{ readonly outcome: Registration; readonly record: CallRecord | undefined }> {
  const { store, durable, clock, log } = effects;
  const nowMs = clock.nowMs();
  const status = await durable.status(seen.callId);
  const instance = status && parseInstanceFacts(status);
  const isLive = isLiveInstance(instance);
  const { after: record, stored } = await updateRecord(store, seen.callId, (row) =>
    isLive ? toStarting(row, seen, nowMs) : reopenCall(row, seen, { startedAtMs: startedAtMs ?? nowMs, nowMs }),
  );
  if (record?.endReason === 'terminated') return { outcome: 'terminated', record };
  if (record === undefined || record.phase === 'ended' || (isLive && instance?.isEnding)) {
    return { outcome: 'finishing', record };
  }
  if (instance?.life === 'suspended') return { outcome: 'suspended', record };
  if (record.phase === 'active') return { outcome: 'running', record };
  const firstKeepAliveAtMs =
    startedAtMs === undefined ? nowMs : Math.max(nowMs, startedAtMs + effects.limits.intervalMs);
  const started = await startInstance(effects, record, { firstKeepAliveAtMs }, stored);
  const outcome = started.outcome === 'ended' ? 'finishing' : started.outcome;
  const { callId, facts } = record;
  const { tenantId, scenarioId } = facts;
  const instanceId = toInstanceId(callId);
  log({ event: 'call.registered', level: 'info', callId, instanceId, tenantId, scenarioId, outcome });
  return { outcome, record };
}
