import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this run, for what its test processes share: `inject('runFolder')`. It goes with the run. */
    readonly runFolder: string;
  }
}

/**
 * In it is what Node has compiled, and stripped of its types, for the whole run: tests start many processes of the same
 * files. Source: https://nodejs.org/api/cli.html#node_compile_cachedir
 */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'test-run-'));
  project.provide('runFolder', folder);
  process.env.NODE_COMPILE_CACHE = join(folder, 'compile-cache');
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
