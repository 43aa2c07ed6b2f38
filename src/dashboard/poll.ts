/** How a round went: what decides when the next one comes. */
export type Round = 'good' | 'failed' | 'paused';

const VISIBLE_MS = 3_000;
const HIDDEN_MS = 30_000;
const LONGEST_WAIT_MS = 6_000;

export interface Poll {
  /** Looks now, and from now on again and again. */
  now(): void;
}

/**
 * Looks again and again: every 3 s, every 30 s when nobody can see it, every 6 s while it fails, and not at all while it
 * is paused. Never two rounds at a time: one that is asked for meanwhile comes right after.
 */
export function createPoll(look: () => Promise<Round>): Poll {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;
  let isWanted = false;
  let failures = 0;

  async function round(): Promise<void> {
    clearTimeout(timer);
    if (isLooking) {
      isWanted = true;
      return;
    }
    isLooking = true;
    isWanted = false;
    const went = await look().catch((): Round => 'failed');
    isLooking = false;
    failures = went === 'failed' ? failures + 1 : 0;
    if (isWanted) return round();
    if (went !== 'paused') timer = setTimeout(round, waitMs());
  }

  function waitMs(): number {
    if (document.hidden) return HIDDEN_MS;
    return Math.min(VISIBLE_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void round();
  });
  return { now: () => void round() };
}
