import type { HubFaults } from './hub/hub-faults.ts';
import type { NewHubMessage } from './hub/hub-store.ts';

/** What the real extension does besides, and the local engine only when it is asked to. */
export const EXTENSION_TRAPS = ['lost-events', 'early-timers', 'polling'] as const;
export type ExtensionTrap = (typeof EXTENSION_TRAPS)[number];

/** Of starts that come several at once; the longest that an event was seen to be lost after its start. */
const PUT_BACK_SHARE = 0.15;
const LONGEST_PUT_BACK_MS = 3_000;
/** A queue's visibility timeout has whole seconds, rounded down. */
const EARLIEST_TIMER_MS = 1_000;

/**
 * Plays the delays of extension 3.19 on Azure Storage, as measured on a real Functions host.
 *
 * `lost-events`: an event within seconds of its instance's start may be answered with 202 and discarded. `early-timers`:
 * timers fire up to 1 s early. `polling`: a message waits until its queue is looked at again, in the order in which they
 * were sent; an idle queue is looked at every `pollingIntervalMs`, here as if it were always idle.
 */
export function createExtensionTraps(
  traps: readonly ExtensionTrap[],
  options: { readonly random: () => number; readonly pollingIntervalMs: number },
): HubFaults {
  const { random, pollingIntervalMs } = options;
  const untilPolled = (visibleAtMs: number): number => {
    if (!traps.includes('polling')) return 0;
    return Math.ceil(visibleAtMs / pollingIntervalMs) * pollingIntervalMs - visibleAtMs;
  };
  const earlyMs = () => (traps.includes('early-timers') ? Math.floor(random() * EARLIEST_TIMER_MS) : 0);
  const isPutBack = () => traps.includes('lost-events') && random() < PUT_BACK_SHARE;
  return {
    startPutBackMs: () => (isPutBack() ? Math.ceil(random() * LONGEST_PUT_BACK_MS) : 0),
    timerDelayMs(_instanceId, dueMs) {
      const visibleAtMs = dueMs - earlyMs();
      return visibleAtMs + untilPolled(visibleAtMs) - dueMs;
    },
    deliveryDelayMs: ({ visibleAtMs }: NewHubMessage) => untilPolled(visibleAtMs),
  };
}
