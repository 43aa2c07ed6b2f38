import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { json, networkError, preparedFetch, type RunOptions, runCommand, temporaryFolder } from './cli-world.ts';

const LIST = { asOf: '', counters: {}, value: [] };

/** Where a command with these options sends its request, and with which key. */
async function sentBy(options: RunOptions, ...args: readonly string[]) {
  const { fetch, asked } = preparedFetch(json(200, LIST));
  const run = await runCommand(['list', ...args], { ...options, fetch });
  const key = new Headers(asked[0]?.init.headers).get('x-functions-key');
  return {
    ...run,
    origin: asked[0] && new URL(asked[0].url).origin,
    path: asked[0] && new URL(asked[0].url).pathname,
    key,
  };
}

function homeWith(profile: object | string, mode = 0o600): string {
  const home = temporaryFolder();
  mkdirSync(join(home, '.config/call-keepalive'), { recursive: true });
  const text = typeof profile === 'string' ? profile : JSON.stringify(profile);
  writeFileSync(join(home, '.config/call-keepalive/profile.json'), text, { mode });
  return home;
}

function folderOfLocalHost(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.local'));
  writeFileSync(join(folder, '.local/keys.json'), JSON.stringify({ functionKey: 'local-key' }));
  return folder;
}

describe('the app and its key are found', () => {
  const profile = { url: 'https://profile.example', key: 'profile-key' };
  const env = { CALL_KEEPALIVE_URL: 'https://env.example/', CALL_KEEPALIVE_KEY: 'env-key' };

  test('in the options first, then the environment, then the profile', async () => {
    const homeFolder = homeWith(profile);
    const options = ['--url', 'https://option.example/api', '--key', 'option-key'];
    expect(await sentBy({ env, homeFolder }, ...options)).toMatchObject({
      origin: 'https://option.example',
      path: '/api/calls',
      key: 'option-key',
    });
    expect(await sentBy({ env, homeFolder })).toMatchObject({
      origin: 'https://env.example',
      path: '/api/calls',
      key: 'env-key',
    });
    expect(await sentBy({ homeFolder })).toMatchObject({
      origin: 'https://profile.example',
      key: 'profile-key',
      err: '',
    });
    expect(await sentBy({ env: { XDG_CONFIG_HOME: join(homeFolder, '.config') } })).toMatchObject({
      key: 'profile-key',
    });
  });

  test('on this machine when nothing is said', async () => {
    const folder = folderOfLocalHost();
    expect(await sentBy({ folder })).toMatchObject({ origin: 'http://127.0.0.1:7071', key: 'local-key' });
    expect(await sentBy({})).toMatchObject({ origin: 'http://127.0.0.1:7071', key: null });
  });

  test('and a key goes to no app but its own', async () => {
    const folder = folderOfLocalHost();
    const homeFolder = homeWith(profile);
    expect(await sentBy({ folder, homeFolder }, '--url', 'https://other.example')).toMatchObject({ key: null });
    expect(await sentBy({ folder }, '--url', 'http://127.0.0.1:7072')).toMatchObject({ key: null });
  });

  test('not even by a redirect', async () => {
    const { fetch, asked } = preparedFetch(json(200, LIST));
    await runCommand(['list'], { env, fetch });
    expect(asked[0]?.init.redirect).toBe('manual');
  });

  test('but a profile that others can read is warned of, and one that is no JSON refused', async () => {
    const open = await sentBy({ homeFolder: homeWith(profile, 0o644) });
    expect(open).toMatchObject({ exitCode: 0, err: expect.stringMatching(/^Warning: others can read .*chmod 600/) });
    const broken = await sentBy({ homeFolder: homeWith('{"key":"secret",') });
    expect(broken).toMatchObject({ exitCode: 2, err: expect.not.stringContaining('secret') });
  });
});

test.each(['ftp://app.example', 'app.example', 'https://user:pass@app.example', 'http://app.example'])(
  'the URL %s is refused before anything is sent',
  async (url) => {
    expect(await sentBy({ env: { CALL_KEEPALIVE_KEY: 'k' } }, '--url', url)).toMatchObject({
      exitCode: 2,
      origin: undefined,
    });
  },
);

describe('when the app cannot be asked, the command says why:', () => {
  const failing = (answer: Response | Error, ...args: readonly string[]) =>
    runCommand(['list', ...args], { env: { CALL_KEEPALIVE_KEY: 'my-key' }, ...preparedFetch(answer) });

  test.each([
    [networkError('ECONNREFUSED'), /cannot be reached \(ECONNREFUSED\)\. Is the app running\?/],
    [new Response(null, { status: 401 }), /refuses the key.*CALL_KEEPALIVE_KEY/],
    [new Response('Not found', { status: 404 }), /answers 404, but not as the API of this app does/],
    [json(404, { error: 'no such page' }), /answers 404, but not as the API of this app does/],
    [new Response('<html>stopped</html>', { status: 403 }), /answers 403, but not as/],
    [new Response(null, { status: 307, headers: { location: 'https://evil.example' } }), /a redirect/],
    [
      json(503, { detail: 'The table does not answer.' }),
      /^http:\/\/127\.0\.0\.1:7071 answers 503: The table does not answer\.$/m,
    ],
    [json(500, {}), /answers 500 without saying why/],
  ])('%s', async (answer, problem) => {
    const run = await failing(answer);
    expect(run).toMatchObject({ exitCode: 1, out: '', err: expect.stringMatching(problem) });
    expect(run.err).not.toContain('my-key');
  });

  test('an app that does not answer in time', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    onTestFinished(() => timeout.mockRestore());
    const late: typeof fetch = async (_input, init) => {
      init?.signal?.throwIfAborted();
      return json(200, LIST);
    };
    const run = await runCommand(['list', '--timeout', '7'], { fetch: late });
    expect(timeout).toHaveBeenCalledExactlyOnceWith(7_000);
    expect(run).toMatchObject({ exitCode: 1, err: expect.stringContaining('did not answer within 7 s (--timeout)') });
  });
});
