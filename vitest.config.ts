import { configDefaults, defineConfig } from 'vitest/config';
import { IN_OWN_PROCESS, TestOrder } from './scripts/test-order.ts';
import { tally } from './scripts/vitest-tally.ts';

const all = ['test/**/*.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/run-folder.ts', 'test/support/azurite.ts'],
    reporters: ['default', tally],
    pool: 'forks',
    // One more than the cores of the smallest machine: many files wait for a host that they started.
    maxWorkers: 3,
    testTimeout: 30_000,
    sequence: { sequencer: TestOrder },
    projects: [
      { extends: true, test: { name: 'own', include: [...IN_OWN_PROCESS] } },
      // A process and its imports for each file would take more time than most tests.
      {
        extends: true,
        test: { name: 'shared', include: all, exclude: [...configDefaults.exclude, ...IN_OWN_PROCESS], isolate: false },
      },
    ],
  },
});
