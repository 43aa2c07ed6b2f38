import { isEnded } from '../durable-extension/hub/runtime-status.ts';
import type { PostedNotification } from './journal.ts';
import type { World } from './world.ts';

const STARTS = new Set(['established', 'hold', 'transferring']);

/**
 * Judges, at the moment of a 2xx, that the effect of the notification is durable (f): in the table and in the engine.
 * `postedAtMs`: when the notification was sent. An instance that was made since may still be on the way to be told.
 */
export async function watchEffect(
  { plan, table, hub, journal }: World,
  { callId, state, status }: PostedNotification,
  postedAtMs: number,
): Promise<void> {
  if (status === undefined || status >= 300) return;
  const record = table.records.get(callId);
  const phase = record?.phase;
  // With a relay the bot's word counts for what is neither start nor end.
  if (phase === undefined && plan.has('relay') && state !== 'terminated' && !STARTS.has(state)) return;
  if (phase === undefined)
    journal.violate('f', callId, `a notification of ${state} was accepted, but there is no record`);
  else if (state === 'terminated' && phase !== 'ended') {
    journal.violate('f', callId, `terminated was accepted, but the record says ${phase}`);
  } else if (STARTS.has(state) && phase === 'observed') {
    journal.violate('f', callId, `${state} was accepted, but the record says ${phase}`);
  } else if (STARTS.has(state) && record?.establishedAtMs === undefined) {
    journal.violate('f', callId, `${state} was accepted, but the record does not say that the call was established`);
  }
  const instance = await hub.readInstance(`call-${callId}`);
  if (STARTS.has(state) && phase !== 'ended' && instance === undefined) {
    journal.violate('f', callId, `${state} was accepted, but there is no instance`);
  }
  if (state !== 'terminated' || instance === undefined || isEnded(instance.runtimeStatus)) return;
  const isEnding = JSON.parse(instance.customStatusJson ?? '{}')?.phase === 'ended';
  if (!isEnding && instance.createdAtMs < postedAtMs && !hub.wasToldOfEnd(callId)) {
    journal.violate('f', callId, 'terminated was accepted, but the instance was not told');
  }
}
