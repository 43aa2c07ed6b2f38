import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { json, networkError, type RunOptions, runCommand, temporaryFolder, UNKNOWN_CALL } from './cli-world.ts';

const APPS = [
  { url: 'https://one.example', key: 'key-of-one' },
  { url: 'https://two.example', key: 'key-of-two' },
];

/** A home with a profile of two apps, and what each of them answers. */
function inHome(answers: Readonly<Record<string, () => Response | Error>>) {
  const homeFolder = temporaryFolder();
  mkdirSync(join(homeFolder, '.config/call-keepalive'), { recursive: true });
  writeFileSync(join(homeFolder, '.config/call-keepalive/profile.json'), JSON.stringify({ apps: APPS }), {
    mode: 0o600,
  });
  const keys: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { host } = new URL(String(input));
    keys.push(`${host} ${new Headers(init?.headers).get('x-functions-key')}`);
    const answer = answers[host]?.() ?? networkError('ENOTFOUND');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runCommand(args, { homeFolder, fetch, ...options });
  return { run, keys };
}

const listOf = (callId: string, marginSeconds: number) => () =>
  json(200, {
    asOf: '2026-03-02T08:00:00Z',
    counters: { open: 1, late: 0 },
    matched: 1,
    value: [{ callId, state: 'waiting', danger: 'none', marginSeconds, keepAlives: 1, why: 'well' }],
  });

test('list speaks of all apps of the profile, the most endangered call first, each with its own key', async () => {
  const { run, keys } = inHome({ 'one.example': listOf('call-of-one', 900), 'two.example': listOf('call-of-two', 60) });
  const { exitCode, out, err } = await run(['list']);
  const [titles, first, second, sum] = out.split('\n');
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(titles).toMatch(/^APP +STATE/);
  expect(first).toMatch(/^two\.example .*call-of-two/);
  expect(second).toMatch(/^one\.example .*call-of-one/);
  expect(sum).toMatch(/^2 open/);
  expect(keys).toEqual(['one.example key-of-one', 'two.example key-of-two']);
});

test('an app that cannot be reached hides no other; the exit code says that something is missing', async () => {
  const { run } = inHome({ 'two.example': listOf('call-of-two', 60) });
  expect(await run(['list'])).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining('call-of-two'),
    err: expect.stringContaining('https://one.example cannot be reached (ENOTFOUND)'),
  });
});

test('report tells the days of each', async () => {
  const report = () => json(200, { days: [], total: { calls: 0 } });
  const { run } = inHome({ 'one.example': report, 'two.example': report });
  const { exitCode, out } = await run(['report']);
  expect(exitCode).toBe(0);
  expect(out.split('\n').filter((line) => line.startsWith('https:'))).toEqual(APPS.map(({ url }) => url));
});

test('what changes a call wants to know which app; --url chooses its key too, and a given key goes to no other', async () => {
  const { run, keys } = inHome({ 'two.example': () => json(200, { callId: UNKNOWN_CALL, graph: {} }) });
  expect(await run(['keep', UNKNOWN_CALL])).toMatchObject({
    exitCode: 2,
    err: 'The profile names several apps. Say which with --url: https://one.example, https://two.example.\n',
  });
  expect(await run(['keep', UNKNOWN_CALL, '--url', 'https://two.example'])).toMatchObject({ exitCode: 0 });
  expect(keys).toEqual(['two.example key-of-two']);
  await run(['list'], { env: { CALL_KEEPALIVE_KEY: 'given' } });
  expect(keys.join()).not.toContain('given');
});
