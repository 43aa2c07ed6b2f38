import { describe, expect, test } from 'vitest';
import { findPlantedBug } from './planted/find-planted-bug.ts';
import { applyEdits } from './planted/plant.ts';
import { HARMLESS_BY_ITSELF, PLANTED_BUGS } from './planted/planted-bugs.ts';

/** All are tried by `npm run simulate:planted`; these are found by the first seeds. */
const FAST = [
  'timer not cancelled when the event wins',
  'the first sight is overwritten at established',
  'the hourly comparison forgets where it stopped',
  '2xx before the effect is durable',
];

describe('the simulation notices', () => {
  test.each(FAST)(
    '%s',
    async (name) => {
      const bug = PLANTED_BUGS.find((planted) => planted.name === name);
      expect(bug && (await findPlantedBug({ ...bug, budget: 10 }))).toMatchObject({ kind: 'found' });
    },
    120_000,
  );

  test('nothing without a bug', async () => {
    expect(await findPlantedBug({ name: 'none', by: 'a', edits: [], budget: 6 })).toEqual({ kind: 'notFound' });
  }, 120_000);
});

test('each planted bug still has its place in the source', async () => {
  for (const bug of [...PLANTED_BUGS, HARMLESS_BY_ITSELF]) {
    expect((await applyEdits(bug)).size).toBeGreaterThan(0);
  }
  expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20);
});

test('a planted bug whose place is gone is reported', async () => {
  const edits = [{ file: 'src/calls/end-call.ts', find: 'no such text', replace: '' }];
  await expect(applyEdits({ name: 'lost', by: 'a', edits, budget: 1 })).rejects.toThrow('0 times, not once');
});
