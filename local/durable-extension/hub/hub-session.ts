import type { Clock } from '../../../src/adapters/clock.ts';
import { EventType } from './history-event.ts';
import type { HubFaults } from './hub-faults.ts';
import type { HubChange, HubStore, NewHubMessage } from './hub-store.ts';

/** This engine was killed (by a test, or by a fault hook) and must not touch the hub any more. */
export class EngineKilledError extends Error {
  readonly code = 'EngineKilled';
  override readonly name = 'EngineKilledError';
}

/** One engine's hold on the store: commits go through it, and stop when it is killed. */
export interface HubSession {
  readonly store: HubStore;
  /** Names this engine in claims. */
  readonly owner: string;
  readonly isAlive: boolean;
  /** Errors: HubConflictError; EngineKilledError, also when a fault hook throws. */
  commit(change: HubChange): Promise<void>;
  /** Ends everything at once. Claims stay for `keepClaimsForMs`, like leases and visibility timeouts of a dead host. */
  kill(keepClaimsForMs?: number): void;
  onKill(then: () => void): void;
}

function delayOf(faults: HubFaults, message: NewHubMessage): number {
  const { EventType: type } = message.event;
  if (type === EventType.TimerFired) return faults.timerDelayMs?.(message.instanceId, message.visibleAtMs) ?? 0;
  const putBackMs = type === EventType.ExecutionStarted ? (faults.startPutBackMs?.(message) ?? 0) : 0;
  return putBackMs + (faults.deliveryDelayMs?.(message) ?? 0);
}

export function createHubSession(options: {
  readonly store: HubStore;
  readonly owner: string;
  readonly clock: Clock;
  readonly faults: HubFaults;
}): HubSession {
  const { store, owner, clock, faults } = options;
  const listeners: (() => void)[] = [];
  let isAlive = true;

  function kill(keepClaimsForMs = 0): void {
    if (!isAlive) return;
    isAlive = false;
    for (const listener of listeners) listener();
    if (keepClaimsForMs > 0) clock.after(keepClaimsForMs, () => store.releaseAll(owner));
    else store.releaseAll(owner);
  }

  async function runHook(hook: HubFaults['beforeCommit'], change: HubChange): Promise<void> {
    try {
      await hook?.(change);
    } catch {
      kill();
    }
    assertAlive();
  }

  function assertAlive(): void {
    if (!isAlive) throw new EngineKilledError(`engine ${owner} was killed; start a new one on the same store`);
  }

  return {
    store,
    owner,
    get isAlive() {
      return isAlive;
    },
    async commit(change) {
      assertAlive();
      const send = (change.send ?? []).map((message) => ({
        ...message,
        visibleAtMs: message.visibleAtMs + delayOf(faults, message),
      }));
      const delivered = { ...change, send };
      if (faults.beforeCommit !== undefined) await runHook(faults.beforeCommit, delivered);
      await store.commit(delivered);
      if (faults.afterCommit !== undefined) await runHook(faults.afterCommit, delivered);
    },
    kill,
    onKill: (then) => void listeners.push(then),
  };
}
