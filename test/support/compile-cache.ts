import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What Node has compiled, and stripped of its types, for the whole run: tests start many processes of the same files.
 * Source: https://nodejs.org/api/cli.html#node_compile_cachedir
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'compile-cache-'));
  process.env.NODE_COMPILE_CACHE = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
