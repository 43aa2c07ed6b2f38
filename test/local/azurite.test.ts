import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { expect, inject, test } from 'vitest';
import { startAzurite } from '../../local/azurite.ts';

const openTable = (connectionString: string, name: string) =>
  TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });

async function isAnswering(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

test('the suite has an Azurite whose tables can be written and read', async () => {
  const table = openTable(inject('storageConnectionString'), 'AzuriteIsThere');
  await table.createTable();
  await table.createEntity({ partitionKey: 'a', rowKey: 'b', subject: 'x' });
  expect((await table.getEntity('a', 'b')).subject).toBe('x');
});

test('with a location the tables outlive the process', async () => {
  const location = mkdtempSync(join(tmpdir(), 'azurite-'));
  try {
    const first = await startAzurite({ location });
    await openTable(first.connectionString, 'Calls').createTable();
    await openTable(first.connectionString, 'Calls').createEntity({ partitionKey: 'a', rowKey: 'b' });
    await first.stop();
    expect(await isAnswering(first.port)).toBe(false);
    const second = await startAzurite({ location });
    expect((await openTable(second.connectionString, 'Calls').getEntity('a', 'b')).rowKey).toBe('b');
    await second.stop();
  } finally {
    rmSync(location, { recursive: true });
  }
});

test('a second one on the same folder waits for the end of the first, and has all that it wrote', async () => {
  const location = mkdtempSync(join(tmpdir(), 'azurite-'));
  try {
    const first = await startAzurite({ location });
    await openTable(first.connectionString, 'Calls').createTable();
    let isSecondThere = false;
    const starting = startAzurite({ location }).finally(() => {
      isSecondThere = true;
    });
    // One with no folder, begun later, is there long before.
    await (await startAzurite()).stop();
    expect(isSecondThere).toBe(false);
    await openTable(first.connectionString, 'Calls').createEntity({ partitionKey: 'a', rowKey: 'b' });
    await first.stop();
    const second = await starting;
    expect((await openTable(second.connectionString, 'Calls').getEntity('a', 'b')).rowKey).toBe('b');
    await second.stop();
  } finally {
    rmSync(location, { recursive: true });
  }
});

test('a port that is taken is said in the error, with its number', async () => {
  const port = Number(new URL(inject('storageConnectionString').replace(/^.*TableEndpoint=|;$/g, '')).port);
  await expect(startAzurite({ port })).rejects.toMatchObject({
    code: 'azuriteNotStarted',
    message: expect.stringMatching(new RegExp(`EADDRINUSE.*${port}`)),
  });
});

test('it ends with the process that started it, even one that was killed', async () => {
  const source = new URL('../../local/azurite.ts', import.meta.url).href;
  const code = `const { startAzurite } = await import('${source}'); console.log((await startAzurite()).port); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await once(parent.stdout, 'data');
  const port = Number(printed);
  expect(await isAnswering(port)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAnswering(port), { timeout: 10_000, interval: 50 }).toBe(false);
});
