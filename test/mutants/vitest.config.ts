import { defineConfig } from 'vitest/config';

/** The unit tests of one folder of `src/core`: the others would only be loaded for nothing. */
const folder = process.env.MUTANTS_FOLDER ?? '*';

export default defineConfig({
  test: {
    include: [`test/core/${folder}/*.test.ts`],
    // It plays hundreds of days: a minute for each change. What it proves is told by the other tests in single steps.
    exclude: ['test/core/keepalive/accepting-minute.test.ts'],
    isolate: false,
    testTimeout: 30_000,
  },
});
