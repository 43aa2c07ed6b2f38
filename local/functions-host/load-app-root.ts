import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { FunctionRegistry } from './function-registry.ts';
import { loadFunctionApp } from './functions-core.ts';
import { type HostJson, readHostJson } from './host-json.ts';

const packageJson = z.object({ main: z.string().min(1) });

/**
 * Loads the built app of a folder unmodified, as the Functions worker does: host.json, then the file that package.json
 * names as `main`.
 *
 * A module is loaded once per process: to load the same app again, start a new process.
 * Errors: Error saying which file is missing or wrong and what to do; what the app throws while it loads.
 */
export async function loadAppRoot(
  appRoot: string,
): Promise<{ readonly registry: FunctionRegistry; readonly hostJson: HostJson }> {
  const functionAppDirectory = resolve(appRoot);
  const hostJson = await readHostJson(functionAppDirectory);
  const main = join(functionAppDirectory, await readMain(functionAppDirectory));
  await access(main).catch((cause: unknown) => {
    throw new Error(`The app is not built: ${main} is missing. Run "npm run build" first.`, { cause });
  });
  const registry = await loadFunctionApp(() => import(pathToFileURL(main).href), { functionAppDirectory });
  return { registry, hostJson };
}

async function readMain(functionAppDirectory: string): Promise<string> {
  const path = join(functionAppDirectory, 'package.json');
  try {
    return packageJson.parse(JSON.parse(await readFile(path, 'utf8'))).main;
  } catch (cause) {
    throw new Error(`${path} must be there and name the built app as "main", such as "dist/main.js".`, { cause });
  }
}
