import { defineConfig } from 'vitest/config';

/** The unit tests of one folder of `src/core`: the others would only be loaded for nothing. */
const folder = process.env.MUTANTS_FOLDER ?? '*';

export default defineConfig({
  test: { include: [`test/core/${folder}/*.test.ts`], testTimeout: 30_000 },
});
