import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../support/virtual-world.ts';
import { json, preparedFetch, runCommand, startCliWorld, UNKNOWN_CALL } from './cli-world.ts';

const list = (...callIds: readonly string[]) => json(200, { value: callIds.map((callId) => ({ callId })) });
const ONE = '60f6cf90-fb25-4e58-9cdc-e3ebc3b1d53b';
const OTHER = '60f6cf91-0000-4e58-9cdc-e3ebc3b1d53b';

describe('a call may be named', () => {
  test.each(['show', 'keep', 'stop'])('%s: by the first digits of its id, ended or not', async (command) => {
    const world = await startCliWorld();
    const callId = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    const yes = command === 'stop' ? ['--yes'] : [];
    for (const begin of [callId.slice(0, 6), callId.slice(0, 13).replace('-', '').toUpperCase(), callId.slice(0, 20)]) {
      const run = await world.run([command, begin, ...yes]);
      expect(run).toMatchObject({ exitCode: 0, out: expect.stringContaining(callId) });
    }
  });

  test('by an id that is whole: nobody is asked what it could mean', async () => {
    const { fetch, asked } = preparedFetch(json(404, { detail: 'unknown' }), json(404, { detail: 'unknown' }));
    await runCommand(['show', UNKNOWN_CALL], { fetch });
    await runCommand(['show', UNKNOWN_CALL.replaceAll('-', '')], { fetch });
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual([
      `/api/calls/${UNKNOWN_CALL}`,
      `/api/calls/${UNKNOWN_CALL.replaceAll('-', '')}`,
    ]);
  });

  test('an ambiguous beginning lists what it could be', async () => {
    const run = await runCommand(['show', '60f6cf9'], preparedFetch(list(ONE, OTHER)));
    expect(run).toEqual({
      exitCode: 2,
      out: '',
      err: `2 calls begin with 60f6cf9; say which: ${ONE}, ${OTHER}.\n`,
    });
  });

  test('a text that stands in the middle of an id, or in a subject, is no beginning', async () => {
    const run = await runCommand(['show', 'cf90fb25'], preparedFetch(list(ONE)));
    expect(run).toEqual({ exitCode: 4, out: '', err: 'No call here begins with cf90fb25.\n' });
  });

  test.each([
    ['keep', 'bad'],
    ['show', 'bad'],
    ['stop', '60f6c'],
    ['keep', '../../admin'],
  ])('%s %s is wrong usage, and nothing is sent', async (command, id) => {
    const { fetch, asked } = preparedFetch();
    const run = await runCommand([command, id, ...(command === 'stop' ? ['--yes'] : [])], { fetch });
    expect(run).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(`"${id}" is no call id`) });
    expect(asked).toEqual([]);
  });

  test('of several, one that is wrong keeps all from being sent', async () => {
    const { fetch, asked } = preparedFetch();
    expect(await runCommand(['keep', ONE, 'bad', OTHER], { fetch })).toMatchObject({ exitCode: 2 });
    expect(asked).toEqual([]);
  });
});
