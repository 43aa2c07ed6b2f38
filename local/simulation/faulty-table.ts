import { type CallStore, CallStoreError, type StoredCall } from '../../src/adapters/call-store.ts';
import type { CallId } from '../../src/core/call-record/call-id.ts';
import { type CompareProgress, SLICES } from '../../src/core/reconcile/compare-progress.ts';
import { createRandom } from '../random.ts';
import { contains } from './intervals.ts';
import { noteTrouble } from './troubles.ts';
import type { Machine, World } from './world.ts';

/** The way of one host's requests to the table of calls: slow, refused, in conflict, or done without an answer. */
export function createFaultyTable(world: World, machine: Machine): CallStore {
  const { plan, clock, table, journal } = world;
  const random = createRandom(plan.seed, 'table', machine.name);
  let reached: CompareProgress | undefined;
  const slowRate = plan.rate('tableSlow', 0.3);
  const errorRate = plan.rate('tableErrors', 0.2);
  const lostRate = plan.rate('tableAnswerLost', 0.15);
  const conflictRate = plan.rate('tableConflict', 0.3);
  const outages = plan.outages.filter(({ part }) => part === 'table');

  async function send<T>(operation: string, callId: CallId | undefined, act: () => Promise<T>): Promise<T> {
    const on = world.faultsAreOn();
    await world.pause(on && random.chance(slowRate) ? random.between(100, 4_000) : random.between(2, 20));
    const isDown = outages.some((outage) => contains(outage, clock.nowMs()));
    if (isDown || (on && random.chance(errorRate))) {
      noteTrouble(world, { lastsMs: 1, callId, ofStore: true });
      await machine.stillThere();
      throw new CallStoreError(operation, '503', callId);
    }
    const result = await act();
    await world.pause(random.between(2, 20));
    await machine.stillThere();
    if (!on || !random.chance(lostRate)) return result;
    noteTrouble(world, { lastsMs: 1, callId, ofStore: true });
    throw new CallStoreError(operation, 'ETIMEDOUT', callId);
  }

  /** A conflict out of nothing: the client's own repetition after a lost answer, or somebody who wrote the same. */
  async function write<T>(operation: string, callId: CallId, act: () => Promise<T>): Promise<T | 'conflict'> {
    const isConflict = world.faultsAreOn() && random.chance(conflictRate);
    const isDone = isConflict && random.chance(0.5);
    return send(operation, callId, async () => {
      const result = isConflict && !isDone ? 'conflict' : await act();
      return isConflict ? 'conflict' : result;
    });
  }

  /** Of (f): a turn of the comparison that was cut off goes on where it stopped, or what comes after that is never seen. */
  function judgeProgress({ startedAtMs }: CompareProgress): void {
    if (reached !== undefined && reached.nextSlice < SLICES && startedAtMs !== reached.startedAtMs)
      journal.violate(
        'f',
        undefined,
        `the hourly comparison begins anew, though it had stopped at ${reached.nextSlice}`,
      );
  }

  async function* pages(operation: string, list: () => AsyncIterable<StoredCall>) {
    for (const stored of await send(operation, undefined, () => Array.fromAsync(list()))) {
      await machine.stillThere();
      yield stored;
    }
  }

  return {
    read: (callId) => send('read', callId, () => table.read(callId)),
    insert: (record) => write('insert', record.callId, () => table.insert(record)),
    replace: (record, etag) => write('replace', record.callId, () => table.replace(record, etag)),
    merge: (callId, heartbeat, options) => send('merge', callId, () => table.merge(callId, heartbeat, options)),
    remove: (callId, etag) => write('remove', callId, () => table.remove(callId, etag)),
    async *listPerhapsLost(endedSinceMs) {
      const all = await send('list', undefined, () => Array.fromAsync(table.listPerhapsLost(endedSinceMs)));
      yield* all;
    },
    list: (phases, endedSinceMs, slice) => pages('list', () => table.list(phases, endedSinceMs, slice)),
    listDue: (nowMs) => pages('listDue', () => table.listDue(nowMs)),
    async *listWithoutLook() {
      yield* await send('listWithoutLook', undefined, () => Array.fromAsync(table.listWithoutLook()));
    },
    async readProgress() {
      reached = await send('readProgress', undefined, () => table.readProgress());
      return reached;
    },
    writeProgress(progress) {
      judgeProgress(progress);
      return send('writeProgress', undefined, () => table.writeProgress(progress));
    },
    ping: () => send('ping', undefined, () => table.ping()),
  };
}
