import type { HubChange, HubMessage, NewHubMessage } from './hub-store.ts';

/**
 * What can go wrong in a real task hub, for simulations and `npm start -- --traps`. Every hook is optional.
 *
 * `beforeCommit` and `afterCommit` simulate a crash by throwing: the engine then behaves as a killed process (nothing
 * more is committed or delivered by it) and a new one has to be started on the same store.
 */
export interface HubFaults {
  readonly beforeCommit?: (change: HubChange) => void | Promise<void>;
  readonly afterCommit?: (change: HubChange) => void | Promise<void>;
  /**
   * Milliseconds by which the timer due at `dueMs` fires late, or early when negative. The real engine fires up to
   * 1 s early, because the queue's visibility timeout is in whole seconds, rounded down.
   */
  readonly timerDelayMs?: (instanceId: string, dueMs: number) => number;
  /**
   * Milliseconds for which a start message is put back, as happens when it is fetched before the row of its instance is
   * written. What is sent to the instance meanwhile is discarded, although it was answered with 202.
   * Source: Azure/durabletask, OrchestrationSessionManager.cs, DedupeExecutionStartedMessagesAsync; seen on extension
   * 3.19 up to 2 s after the start, in up to 15 % of concurrent starts.
   */
  readonly startPutBackMs?: (start: NewHubMessage) => number;
  /** Milliseconds by which the delivery of any message but a timer is late, on top of that. */
  readonly deliveryDelayMs?: (message: NewHubMessage) => number;
  /** True = the activity runs, its result is sent, and the work item is delivered once more. */
  readonly runActivityTwice?: (workItem: HubMessage) => boolean;
}
