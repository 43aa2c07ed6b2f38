import type { ToldEvent } from '../journal.ts';
import { engineDelayMs, troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

const MINUTE_MS = 60_000;
const STARTS = new Set(['established', 'hold', 'transferring']);

/** How far back the cause may lie: a keepAlive that fails is rescued when most of the 45 minutes are over. */
const CAUSE_WITHIN_MS: Readonly<Record<string, number>> = {
  'call.stuck': 50 * MINUTE_MS,
  'call.reconciled': 15 * MINUTE_MS,
};

/**
 * Invariant (i): who saved the call? Where the reconciler had to, something outside had failed before: the table, the
 * engine, Graph, a host, a notification; or an operator had interfered. Else a part of the app leaves its work to the
 * reconciler, which hides that from every other invariant.
 */
export function checkSaves(world: World): void {
  for (const told of world.journal.events) {
    const withinMs = CAUSE_WITHIN_MS[told.event];
    if (withinMs === undefined || told.callId === undefined || hasCause(world, told, told.callId, withinMs)) continue;
    const what = told.event === 'call.stuck' ? 'send its keepAlive' : `mend it (${told.result ?? ''})`;
    world.journal.violate('i', told.callId, `the reconciler had to ${what}, though nothing had gone wrong`);
  }
}

function hasCause(world: World, { atMs, event, result }: ToldEvent, callId: string, withinMs: number): boolean {
  const fromMs = atMs - withinMs - engineDelayMs(world);
  const isNear = (one: { readonly fromMs: number; readonly toMs: number }) => one.fromMs <= atMs && one.toMs >= fromMs;
  // What ails Graph may call for a rescue, but for nothing else.
  const parts = { withGraph: event === 'call.stuck', withTable: true, withEngine: true };
  if (troublesOf(world, callId, parts).some(isNear)) return true;
  if (world.journal.operated.some((one) => one.callId === callId && isNear(one.interval))) return true;
  // Nobody had told that the call was established, or not so that it was taken in.
  return (
    event === 'call.reconciled' &&
    (result === 'started' || result === 'running') &&
    !world.journal.notifications.some(
      (one) => one.callId === callId && STARTS.has(one.state) && (one.status ?? 500) < 300 && one.atMs < atMs,
    )
  );
}
