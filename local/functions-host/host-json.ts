import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const concurrency = z.number().int().positive().optional();

/** Only what the local host acts on; the rest of host.json passes unread. */
const hostJson = z.object({
  version: z.literal('2.0'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      durableTask: z
        .object({
          hubName: z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9]{2,44}$/, 'must be 3 to 45 letters and digits, a letter first')
            .default('TestHubName'),
          defaultVersion: z.string().optional(),
          maxConcurrentActivityFunctions: concurrency,
          maxConcurrentOrchestratorFunctions: concurrency,
        })
        .prefault({}),
    })
    .prefault({}),
});

export interface HostJson {
  /** Without slashes at its ends; '' for none. */
  readonly routePrefix: string;
  readonly hubName: string;
  /** Version given to new orchestrations. */
  readonly defaultVersion?: string | undefined;
  readonly maxConcurrentActivityFunctions?: number | undefined;
  readonly maxConcurrentOrchestratorFunctions?: number | undefined;
}

/**
 * Reads host.json of an app root, with the Functions host's own defaults.
 *
 * Errors: Error with the file and each setting that is wrong.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json
 */
export async function readHostJson(appRoot: string): Promise<HostJson> {
  const path = join(appRoot, 'host.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`${path} cannot be read. Start the host in the folder of the function app.`, { cause });
  });
  return parseHostJson(text, path);
}

/** The same for a text; `path` only names it in errors. */
export function parseHostJson(text: string, path: string): HostJson {
  const parsed = hostJson.safeParse(toJson(text, path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new Error(`${path} is wrong. ${problems.join('; ')}`);
  }
  const { http, durableTask } = parsed.data.extensions;
  return { routePrefix: http.routePrefix.replace(/^\/+|\/+$/g, ''), ...durableTask };
}

function toJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
