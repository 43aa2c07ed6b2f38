import { LARGEST_CLOCK_ERROR_MS } from '../assumptions.ts';
import { engineDelayMs, troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

const SECOND_MS = 1_000;
/** Of one keepAlive with its token, and what else may be before it in the queue. */
const PLAINLY_LATE_MS = 60 * SECOND_MS;

/**
 * Invariant (l): a keepAlive of an orchestration is sent when it is due, unless what it needs itself was in trouble: Graph,
 * the token endpoint, the host, the worker. The table, the webhook and the engine's API are none of that.
 */
export function checkPunctuality(world: World): void {
  const { journal, plan } = world;
  const clockErrorMs = plan.has('clockJumps') ? 2 * LARGEST_CLOCK_ERROR_MS : 0;
  for (const { atMs, callId, latenessMs = 0 } of journal.events) {
    if (callId === undefined || latenessMs < PLAINLY_LATE_MS + clockErrorMs + engineDelayMs(world)) continue;
    const dueAtMs = atMs - latenessMs - clockErrorMs - PLAINLY_LATE_MS;
    const suspended = journal.operated.filter((one) => one.callId === callId).map(({ interval }) => interval);
    const isHeld = [...troublesOf(world, callId), ...suspended].some(
      ({ fromMs, toMs }) => fromMs < atMs && toMs > dueAtMs,
    );
    if (!isHeld) {
      journal.violate('l', callId, `a keepAlive was ${Math.round(latenessMs / SECOND_MS)} s late without a reason`);
    }
  }
}
