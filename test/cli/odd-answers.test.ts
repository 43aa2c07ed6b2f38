import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { json, networkError, type RunOptions, runCommand, TENANT, temporaryFolder, UNKNOWN_CALL } from './cli-world.ts';

type Answer = Response | Error | 'late';

const APP = 'https://app.example';
const OTHER_CALL = '11111111-2222-4333-8444-666666666666';
const page = (status: number, text: string | null, headers: Readonly<Record<string, string>> = {}) =>
  new Response(text, { status, headers: { 'content-type': 'text/html', ...headers } });

/** What passes by itself: the app restarts, is overloaded, or its storage is away. */
const PASSING: readonly (readonly [string, () => Answer, RegExp])[] = [
  [
    '503 with a page',
    () => page(503, 'The service is unavailable.'),
    /app\.example answers 503: It is starting, restarting or overloaded\. Try again in a minute; if it stays so, look/,
  ],
  [
    '503 of the API',
    () => json(503, { detail: 'The table does not answer. Check X.' }, { 'retry-after': '5' }),
    /app\.example answers 503: The table does not answer\. Check X\./,
  ],
  ['429 with a page', () => page(429, '<html>', { 'retry-after': '7' }), /app\.example answers 429: .*again in 7 s/],
  ['429 with JSON', () => json(429, { error: 'slow' }), /app\.example answers 429 without saying why/],
  ['502 with nothing', () => page(502, null), /app\.example answers 502: .*Try again in a minute/],
  ['500 with nothing', () => page(500, null), /app\.example answers 500: .*look into its log/],
  ['504 with broken JSON', () => page(504, '{"detail":"T'), /app\.example answers 504: .*Try again/],
  ['a connection that is reset', () => networkError('ECONNRESET'), /app\.example cannot be reached \(ECONNRESET\)/],
  ['no answer in time', () => 'late', /app\.example did not answer within 45 s \(--timeout\)/],
];

/** What somebody else says who stands at the address of the app. */
const FOREIGN: typeof PASSING = [
  ['200 with HTML', () => page(200, '<html>Sign in</html>'), /app\.example answers 200, but not as the API/],
  ['200 with broken JSON', () => page(200, '{"value":[{"callId'), /app\.example answers 200, but not as the API/],
  ['200 with JSON of another server', () => json(200, { status: 'ok' }), /answers 200, but not as the API/],
  ['404 with nothing', () => page(404, null), /app\.example answers 404, but not as the API/],
  ['403 with a page', () => page(403, 'This web app is stopped.'), /answers 403, .*is the app started\?/],
  [
    'a redirect',
    () => page(302, null, { location: 'https://login.example' }),
    /app\.example answers 302, a redirect\. Give the address it leads to with --url/,
  ],
];

/** Of the API itself: nothing that time mends. */
const REFUSALS: typeof PASSING = [
  ['401', () => page(401, null), /app\.example refuses the key/],
  ['403 of the API', () => json(403, { detail: 'Tenant x is not allowed.' }), /Tenant x is not allowed\./],
];

const LIST = { asOf: '2026-03-02T08:00:00Z', counters: { open: 7 }, matched: 0, value: [] };
const oneCall = (callId: string) => json(200, { ...LIST, matched: 1, value: [{ callId, state: 'waiting', why: 'x' }] });

/** Runs a command against apps that answer so; each call of `answer` is one request. */
async function runAgainst(
  args: readonly string[],
  answer: (request: { readonly url: string; readonly method: string; readonly number: number }) => Answer,
  options: RunOptions = {},
) {
  const limits: AbortController[] = [];
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const limit = new AbortController();
    limits.push(limit);
    return limit.signal;
  });
  onTestFinished(() => timeout.mockRestore());
  let requests = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const given = answer({ url: String(input), method: init?.method ?? 'GET', number: ++requests });
    if (given === 'late') limits.at(-1)?.abort();
    init?.signal?.throwIfAborted();
    if (given instanceof Response) return given;
    throw given;
  };
  const env = options.homeFolder === undefined ? { CALL_KEEPALIVE_URL: APP, CALL_KEEPALIVE_KEY: 'my-key' } : {};
  const run = await runCommand(args, { env, ...options, fetch });
  expect(run.out + run.err).not.toContain('my-key');
  return { ...run, requests };
}

/** Presses Ctrl-C after so many looks. */
const looking = (looks: number): RunOptions => {
  let slept = 0;
  return {
    onSleep: (_ms, controller) => {
      slept++;
      if (slept === looks) controller.abort();
    },
  };
};

const COMMANDS: readonly (readonly [name: string, args: readonly string[], stdin?: string])[] = [
  ['list', ['list']],
  ['list --json', ['list', '--json']],
  ['report', ['report']],
  ['watch', ['watch']],
  ['show', ['show', UNKNOWN_CALL]],
  ['show of a beginning', ['show', UNKNOWN_CALL.slice(0, 8)]],
  ['keep', ['keep', UNKNOWN_CALL]],
  ['keep --what-if', ['keep', UNKNOWN_CALL, '--what-if']],
  ['stop', ['stop', UNKNOWN_CALL, '--yes']],
  ['register', ['register', UNKNOWN_CALL, '--tenant', TENANT]],
  ['register of a fleet', ['register', '--tenant', TENANT], UNKNOWN_CALL],
];

describe.each(COMMANDS.map(([name, args, stdin = '']) => ({ name, args, stdin })))(
  '$name says which app answers what, and fails:',
  ({ name, args, stdin }) => {
    test.each([...PASSING, ...FOREIGN, ...REFUSALS])('%s', async (_answer, answer, says) => {
      const run = await runAgainst(args, answer, { stdin, ...(name === 'watch' ? looking(1) : {}) });
      expect(run).toMatchObject({ exitCode: 1, err: expect.stringMatching(says) });
      if (name !== 'register of a fleet') expect(run.out).toBe('');
      else expect(run.out).toMatch(/^kept alive from now on +0\nkept alive already +0$/m);
      const isRepeated = name.startsWith('register') && PASSING.some(([, passing]) => passing === answer);
      expect(run.requests).toBe(isRepeated ? 4 : 1);
    });
  },
);

describe('doctor', () => {
  const isStranger = ({ number }: { readonly number: number }) => number === 2;
  const healthy = () => json(200, { checks: [{ name: 'settings', result: 'ok', detail: 'fine' }] });
  const guarded = () => page(401, null);

  test.each([...PASSING, ...FOREIGN, ...REFUSALS])('names an app that cannot be asked: %s', async (_, answer, says) => {
    const run = await runAgainst(['doctor'], answer);
    expect(run).toMatchObject({ exitCode: 1, err: '', out: expect.stringMatching(says) });
    expect(run.out).toMatch(/^failed +app .*\n1 of 1 checks failed\.$/m);
  });

  test.each([...PASSING, ['a redirect', () => page(302, null), / 302/] as const])(
    'takes %s, where no key is sent, for no proof that the app asks for none',
    async (_, answer) => {
      const run = await runAgainst(['doctor'], (request) => (isStranger(request) ? answer() : healthy()));
      expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^failed +key +.*https:\/\/app\.example/m) });
      expect(run.out).not.toContain('asks for no key');
      expect(run.out).toMatch(/^ok +settings/m);
    },
  );

  test.each([...PASSING, ...FOREIGN])('says what the live keepAlive met: %s', async (_, answer, says) => {
    const run = await runAgainst(['doctor', '--live'], (request) =>
      request.method === 'POST' ? answer() : isStranger(request) ? guarded() : healthy(),
    );
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^failed +live .*app\.example/m) });
    expect(run.out).toMatch(says);
  });

  const atCallback: typeof PASSING = [
    ['503 with a page', () => page(503, 'The service is unavailable.'), /answers 503 .*\n.*is away for the moment/],
    ['502 with nothing', () => page(502, null), /answers 502 .*\n.*is away for the moment/],
    ['429', () => page(429, null), /answers 429 .*\n.*is away for the moment/],
    ['no answer in time', () => 'late', /cannot be reached from here/],
  ];
  test.each(atCallback)('says what the callback met: %s', async (_, answer, says) => {
    const args = ['doctor', '--callback-url', `${APP}/api/notifications`];
    const run = await runAgainst(args, (request) =>
      request.method === 'POST' ? answer() : isStranger(request) ? guarded() : healthy(),
    );
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^failed +callback/m) });
    expect(run.out).toMatch(says);
  });
});

describe('watch', () => {
  test.each([...PASSING, ...FOREIGN])('goes on after %s', async (_, answer, says) => {
    const look = ({ number }: { readonly number: number }) => (number === 2 ? answer() : json(200, LIST));
    const run = await runAgainst(['watch', '--json'], look, looking(3));
    expect(run).toMatchObject({ exitCode: 130, requests: 3, err: expect.stringMatching(says) });
    expect(run.out.trim().split('\n')).toHaveLength(2);
  });

  test.each(REFUSALS)('ends at a refusal: %s', async (_, answer, says) => {
    const look = ({ number }: { readonly number: number }) => (number === 2 ? answer() : json(200, LIST));
    expect(await runAgainst(['watch', '--json'], look, looking(3))).toMatchObject({
      exitCode: 1,
      requests: 2,
      err: expect.stringMatching(says),
    });
  });

  test('gives the cursor back, also when it never saw the app', async () => {
    const run = await runAgainst(['watch'], () => page(503, null), { columns: 80 });
    expect(run.exitCode).toBe(1);
    expect(run.out.endsWith('\u001b[?25h')).toBe(true);
  });
});

describe('of two apps', () => {
  const inHome = () => {
    const homeFolder = temporaryFolder();
    const folder = join(homeFolder, '.config/call-keepalive');
    mkdirSync(folder, { recursive: true });
    const apps = [APP, 'https://well.example'].map((url) => ({ url, key: 'my-key' }));
    writeFileSync(join(folder, 'profile.json'), JSON.stringify({ apps }), { mode: 0o600 });
    return { homeFolder };
  };
  const isWell = (url: string) => url.startsWith('https://well.');

  test.each([...PASSING, ...FOREIGN, ...REFUSALS])('list shows the one that is well: %s', async (_, answer, says) => {
    const run = await runAgainst(['list'], ({ url }) => (isWell(url) ? json(200, LIST) : answer()), inHome());
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^7 open/), err: expect.stringMatching(says) });
    expect(run.err).toMatch(/https:\/\/app\.example/);
  });

  test('a call is shown with its app, though it is the only one that answers', async () => {
    const calls = ({ url }: { readonly url: string }) => (isWell(url) ? oneCall('call-of-well') : page(503, null));
    const run = await runAgainst(['list'], calls, inHome());
    expect(run.out).toMatch(/^APP .*\nwell\.example .*call-of-well/);
  });

  test('report shows the days of the one that is well', async () => {
    const days = json(200, { days: [], total: { calls: 3 } });
    const run = await runAgainst(['report'], ({ url }) => (isWell(url) ? days : page(503, null)), inHome());
    expect(run).toMatchObject({ exitCode: 1, out: expect.stringMatching(/^total +3/m) });
  });

  test('each problem is told when none is well', async () => {
    const run = await runAgainst(['list'], ({ url }) => page(isWell(url) ? 502 : 503, null), inHome());
    expect(run).toMatchObject({ exitCode: 1, out: '' });
    expect(run.err).toMatch(/^https:\/\/well\.example answers 502.*\nhttps:\/\/app\.example answers 503/);
  });

  test('watch takes no call of one that is away for gone', async () => {
    const calls = ({ url, number }: { readonly url: string; readonly number: number }) =>
      isWell(url) ? oneCall('call-of-well') : number === 3 ? page(503, null) : oneCall('call-of-app');
    const run = await runAgainst(['watch'], calls, { ...inHome(), ...looking(3) });
    expect(run).toMatchObject({ exitCode: 130, requests: 6, err: expect.stringMatching(/^\S+ answers 503.*\n$/) });
    expect(run.out.match(/call-of-\w+/g)?.toSorted()).toEqual(['call-of-app', 'call-of-well']);
  });

  test('watch shows on the screen which one is away', async () => {
    const calls = ({ url }: { readonly url: string }) => (isWell(url) ? oneCall('call-of-well') : page(503, null));
    const run = await runAgainst(['watch'], calls, { ...inHome(), ...looking(1), columns: 200 });
    expect(run.out.split('\u001b[2J').at(-1)).toMatch(/app\.example answers 503/);
  });
});

describe('of two calls, the one is not held up by the other:', () => {
  test.each(PASSING)('keep, and %s', async (_, answer, says) => {
    const alive = () => json(200, { callId: OTHER_CALL, ok: true, graph: { durationMs: 9 } });
    const run = await runAgainst(['keep', UNKNOWN_CALL, OTHER_CALL], ({ url }) =>
      url.includes(OTHER_CALL) ? alive() : answer(),
    );
    expect(run).toMatchObject({ exitCode: 1, out: `${OTHER_CALL}: alive (9 ms)\n`, err: expect.stringMatching(says) });
    expect(run.err.startsWith(`${UNKNOWN_CALL}: https://app.example`)).toBe(true);
  });

  test.each(PASSING)('stop, and %s', async (_, answer, says) => {
    const run = await runAgainst(['stop', UNKNOWN_CALL, OTHER_CALL, '--yes', '--json'], ({ url }) =>
      url.includes(OTHER_CALL) ? json(202, { callId: OTHER_CALL }) : answer(),
    );
    expect(run.exitCode).toBe(1);
    const lines = run.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.find(({ callId }) => callId === OTHER_CALL)).toEqual({ callId: OTHER_CALL, stopped: true });
    expect(lines.find(({ callId }) => callId === UNKNOWN_CALL)).toMatchObject({ stopped: false });
    if (says.source.includes('answers')) return;
    expect(run.out).toMatch(says);
  });
});

describe('register', () => {
  test.each(PASSING)('repeats after %s', async (_, answer) => {
    const args = ['register', UNKNOWN_CALL, '--tenant', TENANT];
    const run = await runAgainst(args, ({ number }) => (number === 1 ? answer() : json(202, { callId: UNKNOWN_CALL })));
    expect(run).toEqual({ exitCode: 0, requests: 2, err: '', out: `${UNKNOWN_CALL} is kept alive from now on.\n` });
  });

  test('waits longer from time to time, also for an app that says to come again at once', async () => {
    const waits: number[] = [];
    const args = ['register', UNKNOWN_CALL, '--tenant', TENANT];
    const onSleep = (ms: number) => waits.push(ms);
    await runAgainst(args, () => page(503, null, { 'retry-after': '0' }), { onSleep });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  const fleet = ['register', '--tenant', TENANT, '--concurrency', '1'];
  const newIds = (count: number) =>
    Array.from({ length: count }, (_, index) => `22222222-2222-4222-8222-${String(index).padStart(12, '0')}`);

  test('goes on with the fleet when the app fails at one call', async () => {
    const [bad = '', ...others] = newIds(3);
    const run = await runAgainst(
      fleet,
      ({ url }) => (url.includes(bad) ? page(500, null) : json(202, { callId: UNKNOWN_CALL })),
      { stdin: [bad, ...others].join('\n') },
    );
    expect(run).toMatchObject({ exitCode: 1, err: expect.stringMatching(new RegExp(`^Line 1, ${bad}: .*500.*\n$`)) });
    expect(run.out).toMatch(/^kept alive from now on +2$/m);
    expect(run.out).toMatch(/^refused: not kept alive +1$/m);
  });

  test('gives the fleet up when the app fails at one call after the other', async () => {
    const run = await runAgainst(fleet, () => page(503, null), { stdin: newIds(50).join('\n') });
    expect(run).toMatchObject({ exitCode: 1, requests: 16 * 4, err: expect.stringMatching(/NOT registered: .*\n$/) });
    expect(run.out).toMatch(/^refused: not kept alive +16$/m);
  });

  test.each([
    '{"callId":""}',
    '..',
    '{"callId":"a/b"}',
    '{"callId":"x\\u0000"}',
    '{"callId":"..?x=","tenantId":"y"}',
    '{"callId":5}',
    '{"state":"established"}',
    'null',
    '5b1f8d00-72c3-4e61-8d1b',
    `call-${UNKNOWN_CALL}`,
  ])('refuses the line %s by its number, sends nothing for it, and goes on', async (line) => {
    const run = await runAgainst(fleet, () => json(202, { callId: UNKNOWN_CALL }), {
      stdin: [line, ...newIds(2)].join('\n'),
    });
    expect(run).toMatchObject({ exitCode: 1, requests: 2 });
    expect(run.err).toMatch(/^Line 1, .*: This is no call id: give the GUID of the call.*\n$/);
    expect(run.out).toMatch(/^kept alive from now on +2$/m);
    expect(run.out).toMatch(/^refused: not kept alive +1$/m);
  });

  test('tells a program of a line that names no call', async () => {
    const run = await runAgainst([...fleet, '--json'], () => json(202, { callId: UNKNOWN_CALL }), { stdin: '..' });
    expect(JSON.parse(run.out)).toMatchObject({ line: 1, callId: '..', outcome: 'refused', status: 400 });
  });

  test.each(['..', 'a/b', '', '5b1f8d00'])('takes no %s for the one call that it is given', async (id) => {
    const run = await runAgainst(['register', id, '--tenant', TENANT], () => json(202, { callId: UNKNOWN_CALL }));
    expect(run).toMatchObject({ exitCode: 2, requests: 0, err: expect.stringContaining('This is no call id') });
  });
});
