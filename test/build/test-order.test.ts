import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BEGUN_FIRST, IN_OWN_PROCESS } from '../../scripts/test-order.ts';
import { REPOSITORY } from '../support/repository.ts';

test('every file that the order of the tests names is there', () => {
  const named = [...BEGUN_FIRST, ...IN_OWN_PROCESS];
  expect(named.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
});
