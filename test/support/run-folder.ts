import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Where in it the build of the app is told; in watch mode each run builds anew. */
export const BUILT_APP = 'built-app';

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
  project.onTestsRerun(() => rmSync(join(folder, BUILT_APP), { recursive: true, force: true }));
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
