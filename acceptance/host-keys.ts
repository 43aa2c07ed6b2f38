import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const schema = z.object({
  functionKey: z.string().optional(),
  masterKey: z.string().optional(),
  systemKeys: z.object({ durabletask_extension: z.string().optional() }).optional(),
});

export interface HostKeys {
  readonly function: string | undefined;
  readonly master: string | undefined;
  readonly durable: string | undefined;
}

/** Errors: Error naming the file when it cannot be read or holds something else; never shows a key. */
export async function loadHostKeys(path: string | undefined): Promise<HostKeys> {
  if (path === undefined) return { function: undefined, master: undefined, durable: undefined };
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : String(Object(error).code);
    throw new Error(`--keys ${path} cannot be read: ${reason}.`);
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new Error(`--keys ${path} does not hold keys: see --help for the form.`);
  const { functionKey, masterKey, systemKeys } = parsed.data;
  return { function: functionKey, master: masterKey, durable: systemKeys?.durabletask_extension };
}
