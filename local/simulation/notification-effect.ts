import type { PostedNotification } from './journal.ts';
import type { World } from './world.ts';

const STARTS = new Set(['established', 'hold', 'transferring']);

/** Judges, at the moment of a 2xx, that the effect of the notification is durable (f). */
export function watchEffect({ table, journal }: World, { callId, state, status }: PostedNotification): void {
  if (status === undefined || status >= 300) return;
  const phase = table.records.get(callId)?.phase;
  if (phase === undefined)
    journal.violate('f', callId, `a notification of ${state} was accepted, but there is no record`);
  else if (state === 'terminated' && phase !== 'ended') {
    journal.violate('f', callId, `terminated was accepted, but the record says ${phase}`);
  } else if (STARTS.has(state) && phase === 'observed') {
    journal.violate('f', callId, `${state} was accepted, but the record says ${phase}`);
  }
}
