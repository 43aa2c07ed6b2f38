import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const hostKeys = z.object({
  masterKey: z.string().min(16),
  functionKey: z.string().min(16),
  systemKeys: z.object({ durabletask_extension: z.string().min(16) }),
});

/** The keys of a host: `functionKey` opens functions, the system key the durable webhooks, `masterKey` everything. */
export type HostKeys = Readonly<z.infer<typeof hostKeys>>;

const OWNER_ONLY = 0o600;

/**
 * Reads the keys of this host, or makes them once: they stay the same over restarts.
 *
 * Errors: Error when the file is not what this function wrote.  Effects: the first call writes `path` and makes its
 * folder; each gives `path` the mode 0600.
 */
export async function loadKeys(path: string): Promise<HostKeys> {
  const existing = await readIfThere(path);
  if (existing !== undefined) {
    await chmod(path, OWNER_ONLY);
    return parseKeys(existing, path);
  }
  const keys: HostKeys = {
    masterKey: newKey(),
    functionKey: newKey(),
    systemKeys: { durabletask_extension: newKey() },
  };
  await mkdir(dirname(path), { recursive: true });
  // Linked when it is whole: nobody reads half a file.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  try {
    await link(draft, path);
    return keys;
  } catch (error) {
    // Another host of the same folder was faster: its keys are the keys.
    if (hasCode(error, 'EEXIST')) return parseKeys(await readFile(path, 'utf8'), path);
    throw error;
  } finally {
    await rm(draft);
  }
}

/** 40 random bytes, as the real host takes; base64url keeps them usable in a query. */
function newKey(): string {
  return randomBytes(40).toString('base64url');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parseKeys(text: string, path: string): HostKeys {
  try {
    return hostKeys.parse(JSON.parse(text));
  } catch {
    // The parser's own message would show parts of the keys.
    throw new Error(`${path} does not hold the keys of a host. Delete it to get new ones.`);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === code;
}
