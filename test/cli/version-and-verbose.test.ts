import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { json, preparedFetch, runCommand, UNKNOWN_CALL } from './cli-world.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('--version is that of the package', async () => {
  expect(await runCommand(['--version'])).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
});

test('--verbose tells each request with its time on stderr, and no key', async () => {
  const env = { CALL_KEEPALIVE_URL: 'https://app.example', CALL_KEEPALIVE_KEY: 'secret' };
  const fetch = preparedFetch(json(200, { callId: UNKNOWN_CALL, graph: {} })).fetch;
  const { err } = await runCommand(['keep', UNKNOWN_CALL, '--verbose'], { env, fetch });
  expect(err).toBe(`POST https://app.example/api/calls/${UNKNOWN_CALL}/keepAlive: 200 in 0 ms\n`);
});

test('a filter that fits no call says so', async () => {
  const none = () => json(200, { asOf: '2026-03-02T08:00:00Z', counters: { open: 3 }, matched: 0, value: [] });
  const filtered = await runCommand(['list', '--state', 'overdue'], preparedFetch(none()));
  expect(filtered.out).toMatch(/^No call fits the filter\. 3 open/);
  expect((await runCommand(['list'], preparedFetch(none()))).out).toMatch(/^3 open/);
});

test('a wrong key at a loopback host points to the local key file, not to az', async () => {
  const refused = await runCommand(['list', '--key', 'wrong'], preparedFetch(new Response(null, { status: 401 })));
  expect(refused.err).toContain('.local/keys.json');
  expect(refused.err).not.toContain('az ');
  const deployed = ['list', '--key', 'wrong', '--url', 'https://app.example'];
  expect((await runCommand(deployed, preparedFetch(new Response(null, { status: 401 })))).err).toContain(
    'az functionapp',
  );
});
