import type { CallId } from '../core/call-record/call-id.ts';
import type { Roster } from '../core/roster/parse-roster.ts';
import { type AloneRule, seeRoster } from '../core/roster/see-roster.ts';
import type { CallEffects } from './call-effects.ts';
import { updateRecord } from './update-record.ts';

/** A roster and the call that it is of. */
export interface CallRoster {
  readonly callId: CallId;
  readonly roster: Roster;
}

/**
 * Lets the records know who is in their calls, in order. Those of calls that are unknown or over mean nothing.
 *
 * Shape: rosters → whether each could be made durable.  Errors: none (each is logged).
 * Effects: those of `updateRecord`, for each.
 */
export async function applyRosters(
  { store, clock, log }: CallEffects,
  rosters: readonly CallRoster[],
  rule: AloneRule,
): Promise<boolean> {
  let isDurable = true;
  for (const { callId, roster } of rosters) {
    try {
      await updateRecord(store, callId, (stored) => seeRoster(stored, roster, rule, clock.nowMs()));
    } catch (error) {
      isDurable = false;
      const problem = error instanceof Error ? error.message : 'unknown error';
      log({ event: 'notification.failed', level: 'error', callId, command: 'roster', problem });
    }
  }
  return isDurable;
}
