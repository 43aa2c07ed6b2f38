import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createSqliteHubStore } from '../../../../local/durable-extension/hub/sqlite-hub-store.ts';

const COMMIT_FOREVER = fileURLToPath(new URL('../support/commit-forever.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hub-crash-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lets a process commit until `count` commits are acknowledged, kills it, and tells which were. */
async function commitAndDie(path: string, from: number, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [COMMIT_FOREVER, path, String(from)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    if (printed.split('\n').length > count) child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [, signal] = await once(child, 'close');
  expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' });
  return printed.split('\n').slice(0, -1);
}

test('after kill -9 in the middle of commits, all that was acknowledged is there, and each commit whole or not at all', async () => {
  const path = join(folder, 'hub.sqlite');
  const acknowledged: string[] = [];
  for (const [round, count] of [7, 100, 333].entries()) {
    acknowledged.push(...(await commitAndDie(path, round * 100_000, count)));
    const store = createSqliteHubStore({ path });
    const rows = (await store.queryInstances({ limit: 1e6 })).map(({ instanceId }) => instanceId);
    const messages = (await store.load()).map(({ instanceId }) => instanceId);
    store.close();
    expect(new Set(rows)).toEqual(new Set(messages));
    const kept = new Set(rows);
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(440);
});

test('a hub that another process has open is refused, until that process is dead', async () => {
  const path = join(folder, 'shared.sqlite');
  const child = spawn(process.execPath, [COMMIT_FOREVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.stdout.resume();
  expect(() => createSqliteHubStore({ path })).toThrow(expect.objectContaining({ code: 'HubFileInUse' }));
  child.kill('SIGKILL');
  await once(child, 'close');
  createSqliteHubStore({ path }).close();
});
