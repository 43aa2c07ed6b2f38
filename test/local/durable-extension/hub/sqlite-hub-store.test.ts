import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync as Database } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EventType } from '../../../../local/durable-extension/hub/history-event.ts';
import type { HubChange, HubStore } from '../../../../local/durable-extension/hub/hub-store.ts';
import { createMemoryHubStore } from '../../../../local/durable-extension/hub/memory-hub-store.ts';
import { DatabaseSync } from '../../../../local/durable-extension/hub/node-sqlite.ts';
import { createSqliteHubStore, type SqliteHubStore } from '../../../../local/durable-extension/hub/sqlite-hub-store.ts';
import { describeHubStore } from '../../../contract/hub-store-contract.ts';
import { instanceRow } from '../../../support/instance-row.ts';

const folder = mkdtempSync(join(tmpdir(), 'hub-'));
const paths = new Map<HubStore, string>();
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

function open(path = join(folder, `${++files}`, 'hub.sqlite')): SqliteHubStore {
  const store = createSqliteHubStore({ path });
  paths.set(store, path);
  return store;
}

/** The same file, opened anew after the store was closed. */
function reopen(store: HubStore): SqliteHubStore {
  const path = paths.get(store);
  if (path === undefined) throw new Error('that store was not opened by this test');
  if ('close' in store && typeof store.close === 'function') store.close();
  return open(path);
}

describeHubStore('the hub store in a SQLite file', open, reopen);

const Timestamp = '2026-01-01T00:00:00.000Z';
const event = { EventType: EventType.EventRaised, EventId: -1, Timestamp, Name: 'x', Input: 'null' } as const;
const message = { queue: 'control', instanceId: 'a', executionId: null, visibleAtMs: 0, event } as const;

describe('the file', () => {
  test('is for its owner only, and so is its log, also when it was open to others', () => {
    const store = open();
    const path = paths.get(store) ?? '';
    const modes = () => [path, `${path}-wal`].map((file) => statSync(file).mode & 0o777);
    expect(modes()).toEqual([0o600, 0o600]);
    store.close();
    chmodSync(path, 0o644);
    open(path);
    expect(modes()).toEqual([0o600, 0o600]);
  });

  test('is refused to a second opener, with a sentence that names it and a way out', () => {
    const store = open();
    const path = paths.get(store) ?? '';
    expect(() => createSqliteHubStore({ path })).toThrow(
      expect.objectContaining({
        code: 'HubFileInUse',
        message: expect.stringMatching(`${path} is in use by another process.*--storage memory`),
      }),
    );
    store.close();
    open(path).close();
  });

  test('of a newer version is refused and left as it is', () => {
    const store = open();
    const path = paths.get(store) ?? '';
    store.close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 2');
    database.close();
    const before = readFileSync(path);
    expect(() => createSqliteHubStore({ path })).toThrow(
      expect.objectContaining({ code: 'HubFileNewer', message: expect.stringContaining(path) }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.each([
    ['no SQLite file', (path: string) => writeFileSync(path, 'not a database, whatever its name says'.repeat(50))],
    [
      "somebody else's SQLite file",
      (path: string) => {
        const database = new DatabaseSync(path);
        database.exec('CREATE TABLE Other (a)');
        database.close();
      },
    ],
  ])('that is %s is refused and left as it is', (_what, write) => {
    const path = join(folder, `${++files}.sqlite`);
    write(path);
    const before = readFileSync(path);
    expect(() => createSqliteHubStore({ path })).toThrow(
      expect.objectContaining({ code: 'HubFileUnusable', message: expect.stringContaining(path) }),
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('commits to the file', () => {
  test('asked for at once share one transaction, and none resolves before it', async () => {
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
    try {
      const store = open();
      exec.mockClear();
      const resolved: number[] = [];
      const commits = [1, 2, 3].map((n) => store.commit({ send: [message] }).then(() => resolved.push(n)));
      await Promise.resolve();
      expect([await store.load(), resolved]).toEqual([[], []]);
      await Promise.all(commits);
      expect(await store.load()).toHaveLength(3);
      expect(exec.mock.calls).toEqual([['BEGIN IMMEDIATE'], ['COMMIT']]);
    } finally {
      exec.mockRestore();
    }
  });

  test('fail together when the disk fails, leave nothing, and work again afterwards', async () => {
    const store = open();
    const run = DatabaseSync.prototype.exec;
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: Database, sql) {
      if (sql === 'COMMIT') throw new Error('database or disk is full');
      run.call(this, sql);
    });
    const notices = vi.fn();
    store.watch(notices);
    const commits = await Promise.allSettled([store.commit({ send: [message] }), store.commit({ send: [message] })]);
    exec.mockRestore();
    expect(commits.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await store.load()).toEqual([]);
    expect(notices).not.toHaveBeenCalled();
    await store.commit({ send: [message] });
    expect(await store.load()).toHaveLength(1);
  });

  test('asked for before close are written by it', async () => {
    const store = open();
    const commit = store.commit({ send: [message] });
    const again = reopen(store);
    await commit;
    expect(await again.load()).toHaveLength(1);
    await expect(store.commit({})).rejects.toThrow();
  });
});

const ids = ['a', 'b', 'c'] as const;
const step = fc.record({
  ids: fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 2 }),
  /** Now and then not the stored revision. */
  revisionError: fc.constantFrom(0, 0, 0, 1),
  kind: fc.constantFrom('append', 'replace'),
  entries: fc.nat(3),
  purge: fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 1 }),
  /** Which of the undelivered messages; now and then one that was never there. */
  consume: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  send: fc.nat(2),
  reopens: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function toChange(store: HubStore, { ids, kind, entries, ...more }: Step, count: number): Promise<HubChange> {
  const messages = await store.load();
  const instances = ids.map(async (id) => {
    const revision = (await store.readInstance(id))?.revision ?? 0;
    const events = Array.from({ length: entries }, (_, EventId) => ({ ...event, EventId: count + EventId }));
    const expectedRevision = revision + more.revisionError;
    return { row: instanceRow(id, { revision: revision + 1 }), expectedRevision, history: { kind, entries: events } };
  });
  return {
    instances: await Promise.all(instances),
    purge: more.purge,
    consume: more.consume.map((index) => messages[index]?.sequence ?? 999),
    send: Array.from({ length: more.send }, () => message),
  };
}

async function contents(store: HubStore): Promise<unknown> {
  return {
    messages: await store.load(),
    rows: await store.queryInstances({ limit: 9 }),
    histories: await Promise.all(ids.map((id) => store.readHistory(id))),
  };
}

test('holds at every moment what the store in memory holds, whatever is committed and how often it is reopened', async () => {
  const sameAsMemory = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    const memory = createMemoryHubStore();
    let file = open();
    for (const [count, one] of steps.entries()) {
      const change = await toChange(memory, one, count);
      const [expected, actual] = await Promise.allSettled([memory.commit(change), file.commit(change)]);
      expect(actual?.status).toBe(expected?.status);
      if (one.reopens) file = reopen(file);
      expect(await contents(file)).toEqual(await contents(memory));
    }
    file.close();
  });
  await fc.assert(sameAsMemory, { numRuns: 60 });
});
