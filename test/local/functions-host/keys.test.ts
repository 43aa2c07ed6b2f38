import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadKeys } from '../../../local/functions-host/keys.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('keys are made once, differ from each other, and only their owner may read them', async () => {
  const path = join(folder, 'new', 'keys.json');
  const keys = await loadKeys(path);
  expect(await loadKeys(path)).toEqual(keys);
  expect(new Set([keys.masterKey, keys.functionKey, keys.systemKeys.durabletask_extension]).size).toBe(3);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that others can read is closed to them', async () => {
  const path = join(folder, 'open.json');
  await loadKeys(path);
  await chmod(path, 0o644);
  await loadKeys(path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('hosts that start at the same moment use the same keys, and leave nothing else behind', async () => {
  const own = join(folder, 'race');
  const path = join(own, 'keys.json');
  const loaded = await Promise.all(Array.from({ length: 40 }, () => loadKeys(path)));
  const [first] = loaded;
  expect(loaded).toEqual(loaded.map(() => first));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(first);
  expect(await readdir(own)).toEqual(['keys.json']);
});

test('a broken key file is refused without showing its content', async () => {
  const path = join(folder, 'broken.json');
  await writeFile(path, '{"masterKey":"very-secret"');
  const failure = await loadKeys(path).catch((error: Error) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(String(failure)).toContain('Delete it to get new ones');
  expect(String(failure)).not.toContain('very-secret');
});
