import { withoutAbsent } from '../../src/core/call-record/call-facts.ts';
import type { Interval } from './intervals.ts';
import type { World } from './world.ts';

/**
 * When something that a keepAlive of this call needs was not working: Graph, the token endpoint, the hosts, the worker.
 * With `withTable` also the table and single requests to the engine, which only the reconciler and the receiver need.
 * With `withEngine` also when the engine's API was cut off, which must not cost a call.
 */
export function troublesOf(
  { plan, journal }: World,
  callId: string,
  { withGraph = true, withTable = false, withEngine = false } = {},
): readonly Interval[] {
  const parts = new Set([
    ...(withGraph ? ['graph', 'tokenEndpoint'] : []),
    ...(withTable ? ['table'] : []),
    ...(withEngine ? ['engineApi'] : []),
  ]);
  return [
    ...plan.outages.filter(({ part }) => parts.has(part)),
    ...journal.troubles.filter(
      (trouble) =>
        (trouble.callId === undefined || trouble.callId === callId) && (withTable || trouble.ofStore === undefined),
    ),
  ];
}

/** From now on something does not work: for one call, or for all. */
export function noteTrouble(
  { clock, journal }: World,
  trouble: { readonly lastsMs: number; readonly callId?: string | undefined; readonly ofStore?: true },
): void {
  const { lastsMs, callId, ofStore } = trouble;
  const fromMs = clock.nowMs();
  journal.troubles.push({ fromMs, toMs: fromMs + lastsMs, ...withoutAbsent({ callId, ofStore }) });
}

/** How much longer the engine may take between two tries than the app's own delays. */
export function engineDelayMs({ plan }: World): number {
  return plan.timerLateMs + 2 * plan.messageLateMs;
}
