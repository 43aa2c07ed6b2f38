import type { StoredCall } from '../adapters/call-store.ts';
import { toInstanceId } from '../core/call-record/call-id.ts';
import {
  activateCall,
  type CallRecord,
  type CallSighting,
  startCall as toStarting,
} from '../core/call-record/call-record.ts';
import { type KeepaliveSoFar, toKeepaliveSoFar } from '../core/call-record/keepalive-so-far.ts';
import { startKeepalive } from '../core/keepalive/keepalive-state.ts';
import { once } from '../core/values/once.ts';
import type { CallEffects } from './call-effects.ts';
import { toCallEnded } from './end-call.ts';
import { updateRecord } from './update-record.ts';

/**
 * Sees to it that one orchestration keeps the call alive. Harmless however often and however concurrently it runs; a
 * call that has ended stays ended.
 *
 * Order matters: the record says `starting` before the instance exists, so that a crash in between can be repaired, and
 * an end that comes in between is found by the second write, which the record's ETag guards.
 * Errors: CallStoreError, DurableCallsError; the start may then be repeated.
 * Effects: up to two writes of the record, a read before them unless it is remembered or new, one `startNew`, `callEnded`
 * when the call ended meanwhile. A call that is active already costs one read.
 */
export async function startCall(effects: CallEffects, seen: CallSighting): Promise<void> {
  const { store, clock } = effects;
  const nowMs = clock.nowMs();
  const { before, after, stored } = await updateRecord(store, seen.callId, (row) => toStarting(row, seen, nowMs), {
    mayBeNew: true,
  });
  if (after === undefined || after.phase !== 'starting') return;
  const tell = () => tellEstablished(effects, after, nowMs);
  await startInstance(effects, after, toKeepaliveSoFar(before, after, nowMs), { stored, tell });
}

export function tellEstablished(
  { log }: CallEffects,
  { callId, facts, firstSeenAtMs }: CallRecord,
  nowMs: number,
): void {
  const { scenarioId, tenantId } = facts;
  const firstSeenSecondsAgo = Math.round((nowMs - firstSeenAtMs) / 1_000);
  const instanceId = toInstanceId(callId);
  log({ event: 'call.established', level: 'info', callId, instanceId, scenarioId, tenantId, firstSeenSecondsAgo });
}

/**
 * Starts the orchestration of a record in phase `starting`, then makes it `active`.
 *
 * Shape: → what became of it. `stored`: the record as it was written a moment ago, which saves reading it again. `tell`
 * is called, once, before this makes the record `active`: what fails after that is repeated and told again, and of several
 * that start the call at once the others find it so. (The engine may tell each of them that it started the instance.)
 * Errors and effects: as `startCall`, from `startNew` on.
 */
export async function startInstance(
  effects: CallEffects,
  record: CallRecord,
  soFar: KeepaliveSoFar,
  { stored, tell = () => {} }: { readonly stored: StoredCall | undefined; readonly tell?: (outcome: string) => void },
): Promise<{ readonly outcome: 'started' | 'running' | 'ended' }> {
  const { store, durable } = effects;
  const outcome = await durable.start(record.callId, toInput(effects, record, soFar));
  const { after: current } = await updateRecord(store, record.callId, activateCall, {
    known: stored,
    tell: once(() => tell(outcome)),
  });
  if (current?.phase !== 'ended') return { outcome };
  await durable.raiseCallEnded(record.callId, toCallEnded(current), true);
  return { outcome: 'ended' };
}

function toInput(effects: CallEffects, record: CallRecord, soFar: KeepaliveSoFar) {
  return startKeepalive({
    callId: record.callId,
    graphCallId: record.graphCallId,
    tenantId: record.facts.tenantId ?? effects.homeTenantId,
    firstSeenAtMs: record.firstSeenAtMs,
    establishedAtMs: record.establishedAtMs,
    limits: effects.limits,
    ...soFar,
  });
}
