import { test } from 'vitest';
import { expectCleanSeeds } from './expect-clean-seeds.ts';

/** Half of a hundred: the test runner spreads files, not tests, over the cores. */
test.each([51, 61, 71, 81, 91])(
  'ten half days of calls with faults, seeds from %i on, break no invariant',
  expectCleanSeeds,
  120_000,
);
