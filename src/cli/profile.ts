import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wrongUsage } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { objectsOf, parseJson, textOf } from './json-value.ts';

export interface Profile {
  readonly path: string;
  /** Empty texts where there is none. */
  readonly apps: readonly { readonly url: string; readonly key: string }[];
  /** Others on this machine can read the key. */
  readonly isOpen: boolean;
}

/** Where the profile is looked for. */
function profilePath({ env, homeFolder }: Pick<CliIo, 'env' | 'homeFolder'>): string {
  return join(env.XDG_CONFIG_HOME || join(homeFolder, '.config'), 'call-keepalive', 'profile.json');
}

/**
 * Reads `{"url", "key"}`, or `{"apps": [{"url", "key"}, …]}`.
 *
 * Shape: → profile | undefined without the file.  Errors: CliError when it cannot be read; never with its text.
 */
export async function readProfile(io: Pick<CliIo, 'env' | 'homeFolder'>): Promise<Profile | undefined> {
  const path = profilePath(io);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const json = parseJson(text);
  if (json === undefined) throw wrongUsage(`${path} is not JSON. It holds {"url": "https://…", "key": "…"}.`);
  const named = objectsOf(json.value, 'apps');
  const apps = (named.length > 0 ? named : [json.value]).map((app) => ({
    url: textOf(app, 'url'),
    key: textOf(app, 'key'),
  }));
  const mode = process.platform === 'win32' ? 0 : (await stat(path)).mode;
  return { path, apps, isOpen: apps.some(({ key }) => key !== '') && (mode & 0o077) !== 0 };
}

/** The function key of the local host that `npm start` runs in this folder, empty without one. */
export async function readLocalKey({ folder }: Pick<CliIo, 'folder'>): Promise<string> {
  const text = await readIfThere(join(folder, '.local', 'keys.json'));
  return textOf(parseJson(text ?? '')?.value, 'functionKey');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw wrongUsage(`${path} cannot be read (${String(code)}).`);
  }
}
