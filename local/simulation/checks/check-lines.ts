import type { World } from '../world.ts';

/** Invariant (k): what the table says at the end was told in the log, at least once. */
export function checkLines({ table, journal }: World): void {
  const told = new Set(journal.events.map(({ event, callId }) => `${event} ${callId}`));
  const starts = ['call.established', 'call.registered', 'call.reconciled'];
  for (const { callId, phase } of table.records.values()) {
    if (phase === 'ended' && !told.has(`call.ended ${callId}`)) {
      journal.violate('k', callId, 'it has ended, but no line says so');
    }
    // Only `active` says that its orchestration was started.
    const wasActive = table.firstTime(callId, 'active') !== undefined;
    if (wasActive && !starts.some((event) => told.has(`${event} ${callId}`))) {
      journal.violate('k', callId, 'it was established, but no line says so');
    }
  }
}
