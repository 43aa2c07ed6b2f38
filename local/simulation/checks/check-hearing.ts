import { overlap } from '../intervals.ts';
import { troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

const SECOND_MS = 1_000;
/** The reconciler tells an end again after a minute at the earliest. */
const TOLD_AGAIN_WITHIN_MS = 60 * SECOND_MS;
/** So long the app asks the engine whether the instance has begun. */
const LOOKS_LAST_MS = 15 * SECOND_MS;

/**
 * Of (i): an end that the engine discarded, because its instance was only beginning, is told again before the reconciler
 * can do so, unless the table or the way to the engine was in trouble.
 */
export function checkHearing(world: World): void {
  const { heard, discarded } = world.hub;
  for (const { callId, atMs } of discarded) {
    const whole = { fromMs: atMs - LOOKS_LAST_MS, toMs: atMs + TOLD_AGAIN_WITHIN_MS };
    const isHeard = heard.some((one) => one.callId === callId && one.atMs >= atMs && one.atMs < whole.toMs);
    const troubles = troublesOf(world, callId, { withGraph: false, withTable: true, withEngine: true });
    if (isHeard || troubles.some((trouble) => overlap(trouble, whole).length > 0)) continue;
    world.journal.violate('i', callId, 'its end was told before its instance had begun, and left to the reconciler');
  }
}
