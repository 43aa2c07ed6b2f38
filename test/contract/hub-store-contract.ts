import { describe, expect, test } from 'vitest';
import { EventType, type HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';
import {
  HubConflictError,
  type HubNotice,
  type HubStore,
  type NewHubMessage,
} from '../../local/durable-extension/hub/hub-store.ts';
import { instanceRow } from '../support/instance-row.ts';

const Timestamp = '2026-01-01T00:00:00.000Z';

function createMessage(instanceId: string, name = 'event', queue: 'control' | 'work' = 'control'): NewHubMessage {
  const event = { EventType: EventType.EventRaised, EventId: -1, Timestamp, Name: name, Input: 'null' } as const;
  return { queue, instanceId, executionId: null, visibleAtMs: 5, event };
}

const entry = (EventId: number): HistoryEvent => ({
  EventType: EventType.TimerCreated,
  EventId,
  Timestamp,
  FireAt: Timestamp,
});

/** What every HubStore must do. `reopen` stands for the end of the process that had it: only what is durable remains. */
export function describeHubStore(name: string, create: () => HubStore, reopen: (store: HubStore) => HubStore): void {
  describe(name, () => {
    test('keeps rows and histories: append grows, replace starts anew', async () => {
      const store = create();
      const row = instanceRow('a');
      await store.commit({
        instances: [{ row, expectedRevision: 0, history: { kind: 'append', entries: [entry(1)] } }],
      });
      const next = { ...row, revision: 2 };
      await store.commit({
        instances: [{ row: next, expectedRevision: 1, history: { kind: 'append', entries: [entry(2)] } }],
      });
      expect(await store.readInstance('a')).toEqual(next);
      expect(await store.readHistory('a')).toEqual([entry(1), entry(2)]);
      const last = { ...row, executionId: 'e2', revision: 3 };
      await store.commit({
        instances: [{ row: last, expectedRevision: 2, history: { kind: 'replace', entries: [entry(3)] } }],
      });
      expect(await store.readInstance('a')).toEqual(last);
      expect(await store.readHistory('a')).toEqual([entry(3)]);
      expect(await store.readInstance('b')).toBeUndefined();
      expect(await store.readHistory('b')).toEqual([]);
    });

    test('gives messages in the order in which they become visible, whenever they were sent', async () => {
      const store = create();
      const timer = { ...createMessage('a', 'timer'), visibleAtMs: 2_000 };
      const event = { ...createMessage('a', 'event'), visibleAtMs: 1_000 };
      await store.commit({ send: [timer, event] });
      expect(await store.load()).toMatchObject([event, timer]);
    });

    test('keeps messages in order until they are consumed', async () => {
      const store = create();
      await store.commit({ send: [createMessage('a', 'one'), createMessage('b', 'two', 'work')] });
      await store.commit({ send: [createMessage('a', 'three')] });
      const messages = await store.load();
      expect(messages).toMatchObject([
        { ...createMessage('a', 'one') },
        { ...createMessage('b', 'two', 'work') },
        { ...createMessage('a', 'three') },
      ]);
      await store.commit({ consume: messages.slice(0, 2).map(({ sequence }) => sequence) });
      expect(await store.load()).toEqual(messages.slice(2));
    });

    test.each([
      ['a wrong revision', { revision: 2 }, 7, undefined],
      ['a row that should not be there', { revision: 1 }, 0, undefined],
      ['a message that is gone', { revision: 2 }, 1, 99],
    ])('changes nothing at %s', async (_what, more, expectedRevision, consumed) => {
      const store = create();
      const row = instanceRow('a');
      await store.commit({
        instances: [{ row, expectedRevision: 0, history: { kind: 'replace', entries: [entry(1)] } }],
        send: [createMessage('a')],
      });
      const before = [await store.readInstance('a'), await store.readHistory('a'), await store.load()];
      const change = {
        instances: [{ row: { ...row, ...more }, expectedRevision, history: { kind: 'replace', entries: [] } } as const],
        consume: consumed === undefined ? [] : [consumed],
        send: [createMessage('a', 'more')],
      };
      await expect(store.commit(change)).rejects.toThrow(HubConflictError);
      expect([await store.readInstance('a'), await store.readHistory('a'), await store.load()]).toEqual(before);
    });

    test('changes nothing when the last part of a change conflicts', async () => {
      const store = create();
      await store.commit({ send: [createMessage('a')] });
      const [message] = await store.load();
      const notices: HubNotice[] = [];
      store.watch((notice) => notices.push(notice));
      const history = { kind: 'replace', entries: [entry(1)] } as const;
      const change = {
        instances: [
          { row: instanceRow('a'), expectedRevision: 0, history },
          { row: instanceRow('b'), expectedRevision: 3, history },
        ],
        purge: ['a'],
        consume: message === undefined ? [] : [message.sequence],
        send: [createMessage('a', 'more')],
      };
      await expect(store.commit(change)).rejects.toThrow(HubConflictError);
      expect(await store.readInstance('a')).toBeUndefined();
      expect(await store.readHistory('a')).toEqual([]);
      expect(await store.load()).toEqual([message]);
      expect(notices).toEqual([]);
    });

    test('takes commits that are asked for at once in their order, and rejects only those that conflict', async () => {
      const store = create();
      const put = (revision: number, EventId: number) =>
        store.commit({
          instances: [
            {
              row: instanceRow('a', { revision }),
              expectedRevision: revision - 1,
              history: { kind: 'append', entries: [entry(EventId)] },
            },
          ],
          send: [createMessage('a', `event ${EventId}`)],
        });
      const outcomes = await Promise.allSettled([put(1, 1), put(1, 2), put(2, 3), put(3, 4), put(2, 5)]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
        'rejected',
      ]);
      expect(await store.readInstance('a')).toEqual(instanceRow('a', { revision: 3 }));
      expect(await store.readHistory('a')).toEqual([entry(1), entry(3), entry(4)]);
      const names = (await store.load()).map(({ event }) => ('Name' in event ? event.Name : ''));
      expect(names).toEqual(['event 1', 'event 3', 'event 4']);
    });

    test('has everything again when it is opened anew, except claims', async () => {
      const store = create();
      const row = instanceRow('a', {
        output: "it's \u2028 📞",
        customStatusJson: '{"ß":"\\\\"}',
        createdAtMs: 1.5,
      });
      await store.commit({
        instances: [{ row, expectedRevision: 0, history: { kind: 'append', entries: [entry(1), entry(2)] } }],
        send: [createMessage('a', 'one'), createMessage('b', 'two', 'work'), createMessage('a', 'three')],
      });
      const [, two, three] = await store.load();
      await store.commit({ consume: three === undefined ? [] : [three.sequence] });
      await store.commit({ consume: two === undefined ? [] : [two.sequence] });
      const messages = await store.load();

      const again = reopen(store);
      expect(await again.readInstance('a')).toEqual(row);
      expect(await again.readHistory('a')).toEqual([entry(1), entry(2)]);
      expect(await again.queryInstances({ limit: 9 })).toEqual([row]);
      expect(await again.load()).toEqual(messages);
      await again.commit({ send: [createMessage('b')] });
      expect((await again.load()).at(-1)?.sequence).toBeGreaterThan(three?.sequence ?? Number.NaN);
    });

    test('tells those who watch what came and went, until they stop', async () => {
      const store = create();
      const notices: HubNotice[] = [];
      const unwatch = store.watch((notice) => notices.push(notice));
      await store.commit({ send: [createMessage('a')] });
      const [message] = await store.load();
      await store.commit({ consume: message === undefined ? [] : [message.sequence] });
      store.releaseAll('nobody');
      unwatch();
      await store.commit({ send: [createMessage('a')] });
      expect(notices).toEqual([
        { added: [message], removed: [], claimsReleased: false },
        { added: [], removed: [message?.sequence], claimsReleased: false },
        { added: [], removed: [], claimsReleased: true },
      ]);
    });

    test('forgets purged instances and their history', async () => {
      const store = create();
      const change = { expectedRevision: 0, history: { kind: 'replace', entries: [entry(1)] } } as const;
      await store.commit({ instances: ['a', 'b'].map((id) => ({ row: instanceRow(id), ...change })) });
      await store.commit({ purge: ['a', 'unknown'] });
      expect(await store.readInstance('a')).toBeUndefined();
      expect(await store.readHistory('a')).toEqual([]);
      expect((await store.queryInstances({ limit: 9 })).map(({ instanceId }) => instanceId)).toEqual(['b']);
      await store.commit({ instances: [{ row: instanceRow('a'), ...change }] });
    });

    test('answers queries in order of id', async () => {
      const store = create();
      const rows = [
        instanceRow('c', { createdAtMs: 30, runtimeStatus: 'Failed' }),
        instanceRow('ab', { createdAtMs: 20 }),
        instanceRow('aa', { createdAtMs: 10 }),
      ];
      await store.commit({
        instances: rows.map((row) => ({ row, expectedRevision: 0, history: { kind: 'append', entries: [] } })),
      });
      const ids = async (query: object) =>
        (await store.queryInstances({ limit: 9, ...query })).map(({ instanceId }) => instanceId);
      expect(await ids({})).toEqual(['aa', 'ab', 'c']);
      expect(await ids({ instanceIdPrefix: 'a' })).toEqual(['aa', 'ab']);
      expect(await ids({ createdFromMs: 20, createdToMs: 20 })).toEqual(['ab']);
      expect(await ids({ statuses: ['Failed', 'Pending'] })).toEqual(['c']);
      expect(await ids({ afterInstanceId: 'aa', limit: 1 })).toEqual(['ab']);
    });

    test('gives a claim to one owner at a time', () => {
      const store = create();
      expect([store.claim('a', 'one'), store.claim('a', 'two'), store.claim('a', 'one')]).toEqual([true, false, true]);
      store.release('a', 'two');
      expect(store.claim('a', 'two')).toBe(false);
      store.release('a', 'one');
      expect([store.claim('a', 'two'), store.claim(1, 'two')]).toEqual([true, true]);
      store.releaseAll('two');
      expect([store.claim('a', 'one'), store.claim(1, 'one')]).toEqual([true, true]);
    });
  });
}
