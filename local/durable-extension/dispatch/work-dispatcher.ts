import type { Clock } from '../../../src/adapters/clock.ts';
import type { HubSession } from '../hub/hub-session.ts';
import type { HubMessage, HubNotice } from '../hub/hub-store.ts';
import type { BatchOutcome } from './control-dispatcher.ts';
import { onceAMicrotask } from './once-a-microtask.ts';

/** Runs work items (activities) in the order of their arrival, several at once. */
export interface WorkDispatcher {
  onNotice(notice: HubNotice): void;
  stop(): void;
  /** Work items that could run now, and those that do. */
  pendingCount(): number;
}

export function createWorkDispatcher(options: {
  readonly clock: Clock;
  readonly session: HubSession;
  readonly maxConcurrent: number;
  readonly runItem: (workItem: HubMessage) => Promise<BatchOutcome>;
}): WorkDispatcher {
  const { clock, session } = options;
  const known = new Map<number, HubMessage>();
  const busy = new Set<number>();
  const wakes = new Map<number, () => void>();
  let ready: HubMessage[] = [];
  let isStopped = false;
  const queuePump = onceAMicrotask(pump);

  function enqueue(workItem: HubMessage, delayMs: number): void {
    if (isStopped) return;
    const { sequence } = workItem;
    if (delayMs > 0) {
      const wake = () => {
        wakes.delete(sequence);
        enqueue(workItem, 0);
      };
      wakes.set(sequence, clock.after(delayMs, wake));
      return;
    }
    ready.push(workItem);
    queuePump();
  }

  function pump(): void {
    let next = 0;
    while (!isStopped && next < ready.length && busy.size < options.maxConcurrent) {
      const workItem = ready[next++];
      if (workItem === undefined || !known.has(workItem.sequence) || busy.has(workItem.sequence)) continue;
      // Held by another engine: if that one dies, the notice about released claims brings the item back.
      if (session.store.claim(workItem.sequence, session.owner)) void run(workItem);
    }
    ready = next === ready.length ? [] : ready.slice(next);
  }

  async function run(workItem: HubMessage): Promise<void> {
    const { sequence } = workItem;
    busy.add(sequence);
    const outcome = await options.runItem(workItem);
    busy.delete(sequence);
    if (session.isAlive) session.store.release(sequence, session.owner);
    if (outcome !== 'done' && known.has(sequence)) enqueue(workItem, outcome.retryAfterMs);
    pump();
  }

  function bringBack(): void {
    const queued = new Set(ready.map(({ sequence }) => sequence));
    for (const [sequence, workItem] of known) {
      if (!busy.has(sequence) && !wakes.has(sequence) && !queued.has(sequence)) enqueue(workItem, 0);
    }
  }

  return {
    onNotice({ added, removed, claimsReleased }) {
      for (const sequence of removed) {
        if (!known.delete(sequence)) continue;
        wakes.get(sequence)?.();
        wakes.delete(sequence);
      }
      for (const message of added) {
        if (message.queue !== 'work') continue;
        known.set(message.sequence, message);
        enqueue(message, message.visibleAtMs - clock.nowMs());
      }
      if (claimsReleased) bringBack();
    },
    stop() {
      isStopped = true;
      ready = [];
      for (const cancel of wakes.values()) cancel();
    },
    pendingCount: () => busy.size + ready.length,
  };
}
