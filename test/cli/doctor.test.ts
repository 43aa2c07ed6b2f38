import { describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { CallStoreError } from '../../src/adapters/call-store.ts';
import { MINUTE_MS } from '../support/virtual-world.ts';
import { json, networkError, preparedFetch, runCommand, startCliWorld } from './cli-world.ts';

test('doctor finds a good deployment well, the whole way to Graph and the callback', async () => {
  const world = await startCliWorld();
  const { exitCode, out, err } = await world.run([
    'doctor',
    '--live',
    '--callback-url',
    `${world.url}/api/notifications`,
  ]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  const lines = out.trim().split('\n');
  expect(lines.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'ok | key | The app takes the key, and refuses who has none.',
    expect.stringMatching(/^ok \| settings \| /),
    'ok | table | The table of calls answers.',
    'ok | engine | The durable engine answers.',
    expect.stringMatching(/^ok \| token \| /),
    'ok | graph | https://graph.microsoft.com answers.',
    "ok | clock | The clock of the app agrees with Graph's.",
    expect.stringMatching(/^ok \| callbackKeys \| /),
    'ok | live | Graph knows no such call (404, 8522): token, tenant, network and cloud are right.',
    `ok | callback | ${world.url}/api/notifications asks for Graph's token (401 without one).`,
    `${world.url} is well.`,
  ]);
  expect((await world.run(['list', '--ended', '--json'])).out).toContain('"matched": 0');
});

test('doctor names what fails, with the remedy', async () => {
  const store = createMemoryCallStore({
    before: (operation) => {
      if (operation === 'ping') throw new CallStoreError('ping', '403 AuthorizationFailure');
    },
  });
  const world = await startCliWorld({ store });
  const { exitCode, out } = await world.run(['doctor'], { columns: 120, env: { NO_COLOR: '1' } });
  expect(exitCode).toBe(1);
  expect(out).toMatch(/^failed +table +.*403 AuthorizationFailure/m);
  expect(out).toMatch(/^ {22}→ Check AzureWebJobsStorage/m);
  expect(out).toContain('1 of 8 checks failed.');
  const asJson = await world.run(['doctor', '--json']);
  expect(JSON.parse(asJson.out)).toMatchObject({ url: world.url, healthy: false });
});

describe('doctor tells apart, from outside,', () => {
  const healthy = () => json(200, { healthy: true, checks: [{ name: 'settings', result: 'ok', detail: 'fine' }] });
  const guarded = () => new Response(null, { status: 401 });

  test.each([
    [networkError('ENOTFOUND'), /^failed +app +.*cannot be reached \(ENOTFOUND\)/m],
    [new Response(null, { status: 401 }), /^failed +app +.*wants a key/m],
    [new Response('<html>', { status: 404 }), /^failed +app +.*not as the API of this app does/m],
  ])('an app that cannot be asked: %s', async (answer, line) => {
    const run = await runCommand(['doctor'], { ...preparedFetch(answer) });
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(line) });
  });

  test('an app that anybody may use', async () => {
    const open = () => preparedFetch(healthy(), json(200, {}));
    expect(await runCommand(['doctor'], { ...open() })).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^warning +key/m),
    });
    const deployed = await runCommand(['doctor', '--url', 'https://app.example'], { ...open() });
    expect(deployed).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^failed +key +The app asks for no key/m),
    });
  });

  test('whether a key is asked for, where an app with wrong settings has nothing but its doctor', async () => {
    const { fetch, asked } = preparedFetch(healthy(), guarded());
    const run = await runCommand(['doctor'], { fetch });
    expect(run.out).toMatch(/^ok +key/m);
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual(['/api/doctor', '/api/doctor']);
  });

  test.each([
    ['denied', 502, /permission Calls\.Initiate\.All/],
    ['unclear', 502, /GRAPH_BASE_URL/],
    ['retry', 504, /token and graph/],
  ])('a live keepAlive that is %s', async (outcome, status, remedy) => {
    const { fetch } = preparedFetch(healthy(), guarded(), json(status, { detail: 'As it is.', outcome, graph: {} }));
    const run = await runCommand(['doctor', '--live'], { fetch });
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^failed +live +As it is\.$/m) });
    expect(run.out).toMatch(remedy);
  });

  test.each([
    [new Response(null, { status: 401 }), 'ok', /401 without one/],
    [new Response(null, { status: 202 }), 'failed', /answers 202 without a token/],
    [new Response(null, { status: 404 }), 'failed', /the path is \/api\/notifications/],
    [new Response(null, { status: 302 }), 'failed', /without a redirect/],
    [networkError('CERT_HAS_EXPIRED'), 'failed', /cannot be reached from here \(CERT_HAS_EXPIRED\)/],
  ])('what the callback URL answers: %s', async (answer, result, text) => {
    const { fetch, asked } = preparedFetch(healthy(), guarded(), answer);
    const env = { CALL_KEEPALIVE_KEY: 'secret' };
    const run = await runCommand(['doctor', '--callback-url', 'https://bot.example/api/notifications?a=b'], {
      fetch,
      env,
    });
    expect(run.out).toMatch(new RegExp(`^${result} +callback`, 'm'));
    expect(run.out).toMatch(text);
    expect(asked.at(-1)?.url).toBe('https://bot.example/api/notifications?a=b');
    expect(JSON.stringify(asked.at(-1)?.init.headers)).not.toContain('secret');
  });

  test.each(['foo', 'http://bot.example/api/notifications', 'https://user:password@bot.example/api/notifications'])(
    'the callback URL is told apart from the URL of the app when it is no https URL: %s',
    async (callbackUrl) => {
      const { fetch, asked } = preparedFetch(healthy(), guarded());
      const env = { CALL_KEEPALIVE_KEY: 'secret' };
      const run = await runCommand(['doctor', '--callback-url', callbackUrl], { fetch, env });
      expect(run.out).toMatch(/^failed +callback +The callback URL is no https URL\./m);
      expect(run.out).not.toContain('password');
      expect(asked.map(({ url }) => url)).not.toContain(callbackUrl);
    },
  );
});

test('a call in danger is no matter of the deployment', async () => {
  const world = await startCliWorld();
  const callId = await world.startCall();
  world.graph.addFault({ operation: 'keepAlive', callId, times: 'always', status: 503 });
  await world.clock.runFor(30 * MINUTE_MS);
  expect(await world.run(['doctor'])).toMatchObject({ exitCode: 0 });
});
