/** The deliveries of one process: how many are under way, and from when on nobody has been told to come yet. */
export interface DeliveryTurns {
  readonly underWay: number;
  readonly nextTurnAtMs: number;
  /** How long the receiver took lately. */
  readonly lastTookMs: number;
}

export const NO_DELIVERIES: DeliveryTurns = { underWay: 0, nextTurnAtMs: 0, lastTookMs: 0 };

/** Of the 10 activities that a process runs at once (host.json): the others are left to keepAlives, however long each delivery takes. */
const PLACES = 3;
/** The Azure Storage provider fires timers up to 1 s early and those below 1 s at once. */
const SHORTEST_WAIT_MS = 3_000;
const LONGEST_WAIT_MS = 3_600_000;
/** A receiver that answers at once is not to be asked by everybody at once. */
const SMALLEST_SPACING_MS = 20;

/**
 * Decides whether a delivery may begin, or when it is to come again: as many at a time as there are places, one after the
 * other as fast as the receiver took them lately, and those who have waited before those who come now.
 *
 * Shape: → the turns after it; `postponedMs` when it must wait.  Errors: none.
 */
export function askForTurn(
  turns: DeliveryTurns,
  { nowMs, hasWaited }: { readonly nowMs: number; readonly hasWaited: boolean },
): { readonly turns: DeliveryTurns; readonly postponedMs?: number } {
  const isItsTurn = hasWaited || turns.nextTurnAtMs <= nowMs;
  if (isItsTurn && turns.underWay < PLACES) return { turns: { ...turns, underWay: turns.underWay + 1 } };
  const turnAtMs = Math.min(Math.max(turns.nextTurnAtMs, nowMs + SHORTEST_WAIT_MS), nowMs + LONGEST_WAIT_MS);
  const nextTurnAtMs = turnAtMs + Math.max(SMALLEST_SPACING_MS, turns.lastTookMs / PLACES);
  return { turns: { ...turns, nextTurnAtMs }, postponedMs: Math.round(turnAtMs - nowMs) };
}

/** The turns after a delivery, well or not. */
export function endTurn(turns: DeliveryTurns, tookMs: number): DeliveryTurns {
  return { ...turns, underWay: turns.underWay - 1, lastTookMs: Math.max(0, tookMs) };
}
