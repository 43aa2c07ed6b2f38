import { defineConfig } from 'vitest/config';
import { tally } from './scripts/vitest-tally.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/azurite.ts'],
    reporters: ['default', tally],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
