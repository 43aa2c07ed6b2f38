import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { type Clock, systemClock } from '../../src/adapters/clock.ts';
import { createTableCallStore } from '../../src/adapters/table-call-store.ts';
import type { CallPhase } from '../../src/core/call-record/call-record.ts';
import { collect, describeCallStore, newCallId, newRecord, stored } from '../contract/call-store-contract.ts';

const connectionString = inject('storageConnectionString');
const everyPhase: readonly CallPhase[] = ['observed', 'starting', 'active', 'ended'];

function newTableName(): string {
  return `Calls${randomBytes(8).toString('hex')}`;
}

function openStore(tableName: string, unreadable: string[] = []) {
  const storage = { kind: 'connectionString', connectionString } as const;
  return createTableCallStore({ storage, clock: systemClock, tableName, onUnreadable: (key) => unreadable.push(key) });
}

function openRows(tableName: string): TableClient {
  return TableClient.fromConnectionString(connectionString, tableName, { allowInsecureConnection: true });
}

/** A server of the test's own on loopback; its port. */
async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** A store whose account is such a server. */
async function storeOn(answer: RequestListener, clock: Clock = systemClock) {
  const storage = { kind: 'connectionString', connectionString: connectionStringTo(await serve(answer)) } as const;
  return createTableCallStore({ storage, clock, onUnreadable: () => {} });
}

/** A clock on which the time limit is reached when the test says so. */
function manualClock() {
  let reachLimit = () => {};
  const clock: Clock = {
    nowMs: () => 0,
    after(delayMs, fire) {
      expect(delayMs).toBe(10_000);
      reachLimit = fire;
      return () => {};
    },
  };
  return { clock, reachLimit: () => reachLimit() };
}

function connectionStringTo(port: number): string {
  return connectionString.replace(/TableEndpoint=[^;]+/, `TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1`);
}

const written = { record: expect.objectContaining({ phase: 'observed' }), etag: expect.stringMatching(/^W\//) };

describe('the table call store', () => {
  describeCallStore(openStore(newTableName()));

  describe('when the table does not exist', () => {
    test.each([
      ['read', (store: ReturnType<typeof openStore>) => store.read(newCallId()), undefined],
      ['insert', (store: ReturnType<typeof openStore>) => store.insert(newRecord()), written],
      ['replace', (store: ReturnType<typeof openStore>) => store.replace(newRecord(), 'W/"1"'), 'conflict'],
      ['remove', (store: ReturnType<typeof openStore>) => store.remove(newCallId(), 'W/"1"'), 'written'],
      ['list', (store: ReturnType<typeof openStore>) => collect(store.list(['active'])), []],
      ['ping', (store: ReturnType<typeof openStore>) => store.ping(), undefined],
    ])('creates it and answers %s', async (_, ask, expected) => {
      const tableName = newTableName();
      expect(await ask(openStore(tableName))).toEqual(expected);
      expect(await tableExists(tableName)).toBe(true);
    });

    test('creates it once for many at the same time, in two processes too', async () => {
      const tableName = newTableName();
      const stores = [openStore(tableName), openStore(tableName)];
      const records = Array.from({ length: 20 }, () => newRecord());
      const results = await Promise.all(records.map((record, index) => stores[index % 2]?.insert(record)));
      expect(results).toEqual(records.map((record) => ({ record, etag: expect.any(String) })));
      expect(await collect(openStore(tableName).list(everyPhase))).toHaveLength(20);
    });

    test('creates it again when somebody deletes it', async () => {
      const tableName = newTableName();
      const store = openStore(tableName);
      await store.insert(newRecord());
      await openRows(tableName).deleteTable();
      expect(await store.insert(newRecord())).toEqual(written);
    });
  });

  test('writes a row whose columns can be read in a storage explorer', async () => {
    const tableName = newTableName();
    const callId = newCallId();
    await openStore(tableName).insert(
      newRecord({
        callId,
        phase: 'ended',
        endedAtMs: 1_790_000_600_001,
        endReason: 'terminated',
        resultInfo: { code: 408, subcode: 8537, message: 'missed' },
        keepAlives: 4,
        facts: { chatInfo: { threadId: 't' } },
      }),
    );
    const row = await openRows(tableName).getEntity(callId.slice(0, 2), callId);
    expect(row).toMatchObject({
      partitionKey: callId.slice(0, 2),
      rowKey: callId,
      graphCallId: callId,
      phase: 'ended',
      firstSeenAt: new Date(1_790_000_000_123),
      endedAt: new Date(1_790_000_600_001),
      endReason: 'terminated',
      resultCode: 408,
      resultSubcode: 8537,
      resultMessage: 'missed',
      keepAlives: 4,
      facts: '{"chatInfo":{"threadId":"t"}}',
    });
  });

  test('drops only the facts that do not fit into a column', async () => {
    const store = openStore(newTableName());
    const targetIds = Array.from({ length: 20 }, (_, index) => `user:${index}`.padEnd(1024, '"'));
    const record = newRecord({ facts: { targetIds, subject: 's'.repeat(1024), chatInfo: { threadId: 't' } } });
    expect(await store.insert(record)).toMatchObject({ record });
    const { facts } = (await stored(store, record.callId)).record;
    expect(facts).toStrictEqual({ subject: 's'.repeat(1024), chatInfo: { threadId: 't' } });
  });

  test('lists more calls than fit on one page', async () => {
    const tableName = newTableName();
    const store = openStore(tableName);
    await store.ping();
    const rows = openRows(tableName);
    const template = { graphCallId: '', appId: 'a', phase: 'active', firstSeenAt: new Date(0), facts: '{}' };
    const ids = Array.from(
      { length: 1010 },
      (_, index) => `aa000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    for (let start = 0; start < ids.length; start += 100) {
      await rows.submitTransaction(
        ids
          .slice(start, start + 100)
          .map((rowKey) => ['create', { ...template, partitionKey: 'aa', rowKey, graphCallId: rowKey }]),
      );
    }
    const listed = (await collect(store.list(['active']))).map(({ record }) => record.callId);
    expect(listed.sort()).toEqual(ids);
  });

  test('goes on after an empty page, which the service sends when it has scanned for long and found nothing', async () => {
    const found = newRecord({ phase: 'active' });
    const row = {
      PartitionKey: found.callId.slice(0, 2),
      RowKey: found.callId,
      graphCallId: found.callId,
      appId: 'app',
      phase: 'active',
      'firstSeenAt@odata.type': 'Edm.DateTime',
      firstSeenAt: new Date(found.firstSeenAtMs).toISOString(),
      facts: '{}',
      'odata.etag': 'W/"1"',
    };
    const asked: string[] = [];
    const store = await storeOn((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://table');
      asked.push(searchParams.get('NextPartitionKey') ?? 'first');
      const page = asked.length;
      const next = page < 4 ? { 'x-ms-continuation-nextpartitionkey': `after${page}` } : {};
      response.writeHead(200, { 'content-type': 'application/json;odata=fullmetadata', ...next });
      response.end(JSON.stringify({ value: page === 3 ? [row] : [] }));
    });
    expect((await collect(store.listDue(0))).map(({ record }) => record)).toEqual([found]);
    expect(asked).toEqual(['first', 'after1', 'after2', 'after3']);
  });

  test('asks the service, not the process, which calls are to be looked at', async () => {
    let filter: string | null = null;
    const store = await storeOn((request, response) => {
      filter = new URL(request.url ?? '', 'http://table').searchParams.get('$filter');
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":[]}');
    });
    await collect(store.listDue(Date.UTC(2026, 0, 5)));
    expect(filter).toBe(
      "nextLookAt le datetime'2026-01-05T00:00:00.000Z' or (phase eq 'active' and hangUpAt le datetime'2026-01-05T00:00:00.000Z') or (phase eq 'ended' and nextLookAt lt datetime'2026-01-05T01:00:00.000Z')",
    );
    await collect(store.list(['active'], undefined, 'a7'));
    expect(filter).toBe("PartitionKey eq 'a7' and (phase eq 'active')");
  });

  test('asks for the columns only that tell whether an open record says when it needs a look; null is how Azure says no', async () => {
    const [says, lacks, saysNull] = [newCallId(), newCallId(), newCallId()];
    const toRow = (callId: string, look: object) => ({ PartitionKey: callId.slice(0, 2), RowKey: callId, ...look });
    const look = { 'nextLookAt@odata.type': 'Edm.DateTime', nextLookAt: '2026-01-05T00:00:00Z' };
    const asked: (string | null)[] = [];
    const store = await storeOn((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://table');
      asked.push(searchParams.get('$filter'), searchParams.get('$select'));
      response.writeHead(200, { 'content-type': 'application/json;odata=fullmetadata' });
      const value = [toRow(says, look), toRow(lacks, {}), toRow(saysNull, { nextLookAt: null }), toRow('ping', {})];
      response.end(JSON.stringify({ value }));
    });
    expect(await Array.fromAsync(store.listWithoutLook())).toEqual([lacks, saysNull]);
    expect(asked).toEqual([
      "phase eq 'observed' or phase eq 'starting' or phase eq 'active'",
      'PartitionKey,RowKey,nextLookAt',
    ]);
  });

  test('begins the comparison anew when somebody has edited how far it has come', async () => {
    const tableName = newTableName();
    const store = openStore(tableName);
    await store.ping();
    await openRows(tableName).createEntity({ partitionKey: 'reconcileCalls', rowKey: 'compare', nextSlice: 'x' });
    expect(await store.readProgress()).toBeUndefined();
  });

  describe('when a row is not as it wrote it', () => {
    const rowKey = newCallId();
    const good = { graphCallId: rowKey, appId: 'a', phase: 'active', firstSeenAt: new Date(0), facts: '{}' };

    test.each([
      ['graphCallId', { ...good, graphCallId: '../../users' }],
      ['appId', { ...good, appId: 7 }],
      ['firstSeenAt', { ...good, firstSeenAt: 'yesterday' }],
      ['endReason', { ...good, endReason: 'bored' }],
      ['facts', { ...good, facts: '{"subject":' }],
      ['facts', { ...good, facts: '[]' }],
      ['facts', { ...good, facts: '{"targetIds":"user:1"}' }],
      ['facts', { ...good, facts: undefined }],
    ])('leaves it out of the list, says so, and refuses to read it (%s)', async (column, row) => {
      const tableName = newTableName();
      const unreadable: string[] = [];
      const store = openStore(tableName, unreadable);
      const neighbour = newRecord({ phase: 'active' });
      await store.insert(neighbour);
      await openRows(tableName).createEntity({ ...row, partitionKey: rowKey.slice(0, 2), rowKey });
      const listed = await collect(store.list(['active']));
      expect(listed.map(({ record }) => record)).toStrictEqual([neighbour]);
      expect(unreadable).toEqual([rowKey]);
      const error = await store.read(rowKey).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CallStoreError);
      expect(error).toMatchObject({ code: 'unreadableRow', message: expect.stringContaining(`column ${column} `) });
    });

    test.each([
      ['a foreign key', 'zz', 'hello'],
      ['another partition', 'zz', rowKey],
      ['an upper-case id', rowKey.slice(0, 2), rowKey.toUpperCase()],
    ])('leaves out a row with %s', async (_, partitionKey, key) => {
      const tableName = newTableName();
      const unreadable: string[] = [];
      const store = openStore(tableName, unreadable);
      await store.ping();
      await openRows(tableName).createEntity({ ...good, partitionKey, rowKey: key });
      expect(await collect(store.list(['active']))).toEqual([]);
      expect(unreadable).toEqual([key]);
    });

    test('does not mind columns it does not know', async () => {
      const tableName = newTableName();
      const store = openStore(tableName);
      await store.ping();
      await openRows(tableName).createEntity({ ...good, partitionKey: rowKey.slice(0, 2), rowKey, note: 'mine' });
      expect((await stored(store, rowKey)).record).toStrictEqual({
        callId: rowKey,
        graphCallId: rowKey,
        appId: 'a',
        phase: 'active',
        firstSeenAtMs: 0,
        facts: {},
      });
    });
  });

  describe('when storage fails', () => {
    test('names the network error of a host that is not there', async () => {
      const storage = { kind: 'connectionString', connectionString: connectionStringTo(1) } as const;
      const store = createTableCallStore({ storage, clock: systemClock, onUnreadable: () => {} });
      const error = await store.ping().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CallStoreError);
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    });

    test('gives up after 10 s on a host that never answers', async () => {
      const { clock, reachLimit } = manualClock();
      const store = await storeOn(() => reachLimit(), clock);
      await expect(store.read(newCallId())).rejects.toMatchObject({ name: 'CallStoreError', code: 'timeout' });
      await expect(collect(store.list(['active']))).rejects.toMatchObject({ code: 'timeout' });
    });

    test('gives up after 10 s on a managed identity that never answers', async () => {
      const { clock, reachLimit } = manualClock();
      let asked = '';
      const port = await serve((request) => {
        asked = request.url ?? '';
        reachLimit();
      });
      vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
      vi.stubEnv('IDENTITY_HEADER', 'local');
      onTestFinished(() => void vi.unstubAllEnvs());
      const storage = { kind: 'identity', tableEndpoint: 'https://127.0.0.1:1', clientId: 'the-identity' } as const;
      const store = createTableCallStore({ storage, clock, onUnreadable: () => {} });
      await expect(store.ping()).rejects.toMatchObject({ name: 'CallStoreError', code: 'timeout' });
      expect(asked).toContain('client_id=the-identity');
      expect(asked).toContain(`resource=${encodeURIComponent('https://storage.azure.com')}`);
    });

    test('tells a refusal by status and code, and nothing of what was sent or answered', async () => {
      const body = { 'odata.error': { code: 'AuthorizationFailure', message: { value: 'secret words' } } };
      const store = await storeOn((_, response) => {
        response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
      const record = newRecord({ facts: { subject: 'secret subject' } });
      const error = await store.insert(record).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: '403 AuthorizationFailure',
        message: expect.stringContaining(record.callId),
      });
      expect(error).not.toHaveProperty('cause');
      const accountKey = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? '';
      expect(accountKey.length).toBeGreaterThan(20);
      expect(`${error}${JSON.stringify(error)}`).not.toMatch(/secret/);
      expect(`${error}${JSON.stringify(error)}`).not.toContain(accountKey);
    });

    test('does not take the end of a table that is being deleted for a conflict', async () => {
      const body = { 'odata.error': { code: 'TableBeingDeleted', message: { value: '' } } };
      const store = await storeOn((_, response) => {
        response.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
      await expect(store.insert(newRecord())).rejects.toMatchObject({ code: '409 TableBeingDeleted' });
    });

    test('does not take a 404 of somebody else for an unknown call', async () => {
      const store = await storeOn((_, response) => {
        response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no such page</h1>');
      });
      await expect(store.read(newCallId())).rejects.toMatchObject({ code: '404' });
    });

    test('does not take a refused list for an empty one', async () => {
      const body = { 'odata.error': { code: 'ResourceNotFound', message: { value: '' } } };
      const store = await storeOn((_, response) => {
        response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
      await expect(collect(store.list(['active']))).rejects.toMatchObject({ code: '404 ResourceNotFound' });
    });

    test('does not take a write for done whose answer names no ETag', async () => {
      const store = await storeOn((_, response) => response.writeHead(204).end());
      await expect(store.insert(newRecord())).rejects.toMatchObject({ code: 'noEtag' });
    });

    test('tries a busy service again', async () => {
      let requests = 0;
      const store = await storeOn((_, response) => {
        requests++;
        response.writeHead(requests === 1 ? 503 : 204, { etag: 'W/"1"' }).end();
      });
      expect(await store.insert(newRecord())).toEqual(written);
      expect(requests).toBe(2);
    });

    test('names a malformed connection string without repeating it', async () => {
      const storage = { kind: 'connectionString', connectionString: 'AccountKey=secret' } as const;
      const store = createTableCallStore({ storage, clock: systemClock, onUnreadable: () => {} });
      const error = await store.ping().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CallStoreError);
      expect(String(error)).toContain('AzureWebJobsStorage');
      expect(String(error)).not.toContain('secret');
    });
  });
});

async function tableExists(tableName: string): Promise<boolean> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  const tables = await collect(service.listTables({ queryOptions: { filter: `TableName eq '${tableName}'` } }));
  return tables.length === 1;
}
