import type { Clock } from '../../src/adapters/clock.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { CALL_ENDED_EVENT } from '../../src/core/keepalive/durable-names.ts';
import { EventType, type HistoryEvent } from '../durable-extension/hub/history-event.ts';
import type { HubChange, HubMessage, HubStore, InstanceRow } from '../durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from '../durable-extension/hub/memory-hub-store.ts';
import { isEnded } from '../durable-extension/hub/runtime-status.ts';
import type { Journal } from './journal.ts';

/** What became of an event `callEnded` at true time, ms since the epoch. */
export interface TakenEnd {
  readonly callId: string;
  readonly atMs: number;
}

/** The task hub, and whom it has told of an end. */
export interface WatchedHub extends HubStore {
  /** True when the event was raised for the call's instance, whatever became of it. */
  wasToldOfEnd(callId: string): boolean;
  /** Ends that an instance has taken in. */
  readonly heard: readonly TakenEnd[];
  /** Ends that were discarded, for their instance had not begun, though its call was established within a minute. */
  readonly discarded: readonly TakenEnd[];
}

const YOUNG_MS = 60_000;

/** Judges every commit as it happens: an instance that has taken in the end does not begin a new generation (b). */
export function createWatchedHub(
  clock: Pick<Clock, 'nowMs'>,
  journal: Pick<Journal, 'note' | 'violate'>,
  recordOf: (callId: string) => CallRecord | undefined,
): WatchedHub {
  const inner = createMemoryHubStore();
  const waiting = new Map<number, HubMessage>();
  const told = new Set<string>();
  const heard: TakenEnd[] = [];
  const discarded: TakenEnd[] = [];
  inner.watch(({ added, removed }) => {
    for (const message of added) {
      judgeOrder(message);
      if (!tellsTheEnd(message.event)) continue;
      waiting.set(message.sequence, message);
      told.add(message.instanceId.slice(5));
    }
    for (const sequence of removed) waiting.delete(sequence);
  });

  async function livedWith(instanceId: string): Promise<readonly HistoryEvent[]> {
    const row = await inner.readInstance(instanceId);
    return row === undefined || isEnded(row.runtimeStatus) ? [] : inner.readHistory(instanceId);
  }

  async function commit(change: HubChange): Promise<void> {
    const taken = (change.consume ?? []).flatMap((sequence) => waiting.get(sequence) ?? []);
    const before = new Map<string, readonly HistoryEvent[]>();
    for (const { row, history } of change.instances ?? []) {
      if (history.kind === 'replace') before.set(row.instanceId, [...(await livedWith(row.instanceId))]);
    }
    await inner.commit(change);
    for (const { row, history } of change.instances ?? []) {
      const knew =
        before.get(row.instanceId)?.some(tellsTheEnd) ||
        (history.kind === 'replace' && taken.some(({ instanceId }) => instanceId === row.instanceId));
      if (!knew || isEnded(row.runtimeStatus) || history.entries.some(tellsTheEnd)) continue;
      journal.violate('b', row.instanceId.slice(5), 'its instance began a new generation though it knew the end');
    }
    for (const { row } of change.instances ?? []) judgeOutput(row);
    for (const { instanceId } of taken) await noteTaken(instanceId, change);
  }

  /** A turn of its instance takes an event in; without one it is discarded, which matters to an instance that is to begin. */
  async function noteTaken(instanceId: string, { instances = [] }: HubChange): Promise<void> {
    const [callId, atMs] = [instanceId.slice(5), clock.nowMs()];
    if (instances.some(({ row }) => row.instanceId === instanceId)) heard.push({ callId, atMs });
    else if ((await inner.readInstance(instanceId))?.runtimeStatus === 'Pending' && isYoung(callId))
      discarded.push({ callId, atMs });
  }

  function isYoung(callId: string): boolean {
    return clock.nowMs() - (recordOf(callId)?.establishedAtMs ?? 0) < YOUNG_MS;
  }

  /** The app itself terminates an instance only when the record says how the call ended: else that looks like an operator. */
  function judgeOrder({ event, instanceId }: HubMessage): void {
    const callId = instanceId.slice(5);
    if (event.EventType !== EventType.ExecutionTerminated || recordOf(callId)?.phase === 'ended') return;
    if (JSON.stringify(event).includes('does-not-come-to-its-end')) {
      journal.violate('j', callId, 'its instance was terminated before its record said how it ended');
    }
  }

  /** Both are tried for a day, and no fault lasts that long. */
  function judgeOutput({ instanceId, runtimeStatus, output }: InstanceRow): void {
    if (runtimeStatus !== 'Completed') return;
    const callId = instanceId.slice(5);
    if (output?.includes('"cleanUp":"failed"')) journal.violate('d', callId, 'its instance gave the clean-up up');
    if (output?.includes('"undelivered"')) journal.violate('d', callId, 'its instance gave the delivery up');
  }

  return { ...inner, commit, wasToldOfEnd: (callId) => told.has(callId), heard, discarded };
}

function tellsTheEnd(event: HistoryEvent): boolean {
  return event.EventType === EventType.EventRaised && event.Name === CALL_ENDED_EVENT;
}
