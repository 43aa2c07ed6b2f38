import type { Clock } from '../../../src/adapters/clock.ts';
import type { HubSession } from '../hub/hub-session.ts';
import { byVisibility, type HubMessage, type HubNotice } from '../hub/hub-store.ts';
import { onceAMicrotask } from './once-a-microtask.ts';

/** What became of a batch: its messages are gone or will go, or it has to be run again after the delay. */
export type BatchOutcome = 'done' | { readonly retryAfterMs: number };

/** Gives each instance its visible messages, one batch at a time. */
export interface ControlDispatcher {
  onNotice(notice: HubNotice): void;
  stop(): void;
  /** Messages that could be delivered now, and batches under way. */
  pendingCount(): number;
}

interface Inbox {
  readonly instanceId: string;
  messages: HubMessage[];
  state: 'idle' | 'ready' | 'running';
  notBeforeMs: number;
  cancelWake: (() => void) | undefined;
  wakeMs: number;
}

/** Longest setTimeout of Node.js is 2^31 - 1 ms; longer waits are cut and looked at again. */
const longestWaitMs = 2 ** 31 - 1;

export function createControlDispatcher(options: {
  readonly clock: Clock;
  readonly session: HubSession;
  readonly maxConcurrent: number;
  readonly runBatch: (instanceId: string, batch: readonly HubMessage[]) => Promise<BatchOutcome>;
}): ControlDispatcher {
  const { clock, session } = options;
  const inboxes = new Map<string, Inbox>();
  const inboxBySequence = new Map<number, Inbox>();
  let ready: Inbox[] = [];
  let running = 0;
  let isStopped = false;
  /** Not at once, so that messages sent in one go arrive in one batch. */
  const queuePump = onceAMicrotask(pump);

  function dueMs(inbox: Inbox): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { visibleAtMs } of inbox.messages) earliest = Math.min(earliest, visibleAtMs);
    return Math.max(earliest, inbox.notBeforeMs);
  }

  function schedule(inbox: Inbox): void {
    if (isStopped || inbox.state !== 'idle') return;
    const atMs = dueMs(inbox);
    if (atMs <= clock.nowMs()) {
      inbox.state = 'ready';
      ready.push(inbox);
      queuePump();
      return;
    }
    if (inbox.cancelWake !== undefined && inbox.wakeMs === atMs) return;
    inbox.cancelWake?.();
    inbox.cancelWake = undefined;
    if (atMs === Number.POSITIVE_INFINITY) {
      inboxes.delete(inbox.instanceId);
      return;
    }
    inbox.wakeMs = atMs;
    inbox.cancelWake = clock.after(Math.min(atMs - clock.nowMs(), longestWaitMs), () => {
      inbox.cancelWake = undefined;
      schedule(inbox);
    });
  }

  function pump(): void {
    while (!isStopped && running < options.maxConcurrent) {
      const inbox = ready.shift();
      if (inbox === undefined) return;
      inbox.state = 'idle';
      const nowMs = clock.nowMs();
      const batch = inbox.messages.filter(({ visibleAtMs }) => visibleAtMs <= nowMs).sort(byVisibility);
      // Held by another engine: it has the same messages, and a notice comes when it lets go.
      if (batch.length > 0 && session.store.claim(inbox.instanceId, session.owner)) void run(inbox, batch);
    }
  }

  async function run(inbox: Inbox, batch: readonly HubMessage[]): Promise<void> {
    inbox.state = 'running';
    running++;
    const outcome = await options.runBatch(inbox.instanceId, batch);
    running--;
    inbox.state = 'idle';
    inbox.notBeforeMs = outcome === 'done' ? 0 : clock.nowMs() + outcome.retryAfterMs;
    if (session.isAlive) session.store.release(inbox.instanceId, session.owner);
    schedule(inbox);
    queuePump();
  }

  function add(message: HubMessage): Inbox {
    let inbox = inboxes.get(message.instanceId);
    if (inbox === undefined) {
      const { instanceId } = message;
      inbox = { instanceId, messages: [], state: 'idle', notBeforeMs: 0, cancelWake: undefined, wakeMs: 0 };
      inboxes.set(instanceId, inbox);
    }
    inbox.messages.push(message);
    inboxBySequence.set(message.sequence, inbox);
    return inbox;
  }

  function remove(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const inbox = inboxBySequence.get(sequence);
      if (inbox === undefined) continue;
      inboxBySequence.delete(sequence);
      inbox.messages = inbox.messages.filter((message) => message.sequence !== sequence);
      schedule(inbox);
    }
  }

  return {
    onNotice({ added, removed, claimsReleased }) {
      remove(removed);
      for (const message of added) if (message.queue === 'control') schedule(add(message));
      if (claimsReleased) for (const inbox of [...inboxes.values()]) schedule(inbox);
    },
    stop() {
      isStopped = true;
      ready = [];
      for (const inbox of inboxes.values()) inbox.cancelWake?.();
    },
    pendingCount() {
      const nowMs = clock.nowMs();
      let count = running;
      for (const inbox of inboxes.values()) {
        if (inbox.state !== 'running' && inbox.messages.some(({ visibleAtMs }) => visibleAtMs <= nowMs)) count++;
      }
      return count;
    },
  };
}
