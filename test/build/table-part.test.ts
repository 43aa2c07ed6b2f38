import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildApp } from '../../scripts/build-app.ts';
import type * as Part from '../../src/adapters/lazy/table-client.ts';
import { startLoopbackServer } from '../adapters/loopback-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'table-part-'));
const key = Buffer.alloc(64).toString('base64');

beforeAll(() => buildApp(folder));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** The client of the shipped part, in a copy of its own. */
async function createClient(origin: string, copy: string) {
  const file = readdirSync(join(folder, 'parts')).find((name) => name.startsWith('table-client-')) ?? '';
  const { TableClient }: typeof Part = await import(
    /* @vite-ignore */ `${pathToFileURL(join(folder, 'parts', file)).href}?${copy}`
  );
  const connection = `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=${key};TableEndpoint=${origin}/account;`;
  return TableClient.fromConnectionString(connection, 'Calls', {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
}

test('an error that a gateway tells in XML is read, though XML is a part of its own', async () => {
  const server = await startLoopbackServer((_, outgoing) => {
    const body = '<?xml version="1.0"?><error><code>ServerBusy</code><message>Try again.</message></error>';
    outgoing.writeHead(503, { 'content-type': 'application/xml' }).end(body);
  });
  try {
    const table = await createClient(server.url, 'xml');
    const read = table.getEntity('00', 'a');
    await expect(read).rejects.toMatchObject({ statusCode: 503, code: 'ServerBusy', message: 'Try again.' });
  } finally {
    await server.close();
  }
});

test('a proxy that the environment names is used, though its agent is a part of its own', async () => {
  const seen: (string | undefined)[] = [];
  const proxy = await startLoopbackServer((incoming, outgoing) => {
    seen.push(incoming.url);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"PartitionKey":"00","RowKey":"a"}');
  });
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', '');
  try {
    const table = await createClient('http://storage.example', 'proxy');
    expect(await table.getEntity('00', 'a')).toMatchObject({ rowKey: 'a' });
    expect(seen).toEqual([expect.stringMatching(/^http:\/\/storage\.example\/account\/Calls\(/)]);
  } finally {
    await proxy.close();
  }
});
