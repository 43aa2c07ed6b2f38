import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../support/virtual-world.ts';
import {
  beginElsewhere,
  type CliWorld,
  json,
  networkError,
  preparedFetch,
  type RunOptions,
  runCommand,
  startCliWorld,
  TENANT,
  UNKNOWN_CALL,
} from './cli-world.ts';

async function startCalls(world: CliWorld, count: number): Promise<readonly string[]> {
  const calls: string[] = [];
  for (let number = 0; number < count; number++) calls.push(await world.startCall());
  await world.clock.runFor(7 * MINUTE_MS);
  return calls;
}

const kept = (world: CliWorld, callId: string) => world.keepAlives(callId).map(({ minute }) => minute);
/** What `register` of a fleet ends with. */
const tableOf = (counts: Readonly<Record<'registered' | 'already' | 'unknown' | 'refused', number>>) =>
  [
    ['OUTCOME', 'CALLS'],
    ['kept alive from now on', counts.registered],
    ['kept alive already', counts.already],
    ['unknown to Graph: not kept alive', counts.unknown],
    ['refused: not kept alive', counts.refused],
  ]
    .map(([outcome, calls]) => `${String(outcome).padEnd(32)}  ${String(calls).padStart(5)}\n`)
    .join('');
const newIds = (count: number) =>
  Array.from({ length: count }, (_, index) => `22222222-2222-4222-8222-${String(index).padStart(12, '0')}`);

describe('keep', () => {
  test('sends one keepAlive at once', async () => {
    const world = await startCliWorld();
    const [callId = ''] = await startCalls(world, 1);
    const run = await world.run(['keep', callId]);
    expect(run).toEqual({
      exitCode: 0,
      out: expect.stringMatching(new RegExp(`^${callId}: alive \\(\\d+ ms\\)\n$`)),
      err: '',
    });
    expect(kept(world, callId)).toEqual([7]);
  });

  test('takes the names, headers and switches of the cmdlet', async () => {
    const world = await startCliWorld();
    const [callId = ''] = await startCalls(world, 1);
    const whatIf = await world.run(['keep', '--call-id', callId, '--what-if']);
    expect(whatIf.out).toContain(
      `would send POST https://graph.microsoft.com/v1.0/communications/calls/${callId}/keepAlive with a token of tenant ${TENANT}`,
    );
    expect(kept(world, callId)).toEqual([]);
    const passThru = await world.run(['keep', '--call-id', callId, '--pass-thru']);
    expect(passThru).toEqual({ exitCode: 0, out: 'true\n', err: '' });
    const headers = [
      '--headers',
      'Client-Request-Id=ticket-4711',
      '--headers',
      'scenario-id=s.1',
      '--response-headers',
    ];
    const run = await world.run(['keep', callId, ...headers]);
    expect(run.out).toMatch(
      /^ {2}status: 200\n {2}request-id: \S+\n {2}client-request-id: ticket-4711\n {2}date: .+$/m,
    );
    expect(kept(world, callId)).toEqual([7, 7]);
  });

  test.each([
    ['Authorization=Bearer x', /client-request-id=… or Scenario-Id=…; see keep --help for why/],
    ['Scenario-Id', /It takes client-request-id/],
    ['Scenario-Id=a b', /letters, digits/],
  ])('refuses the header %s', async (header, problem) => {
    const run = await runCommand(['keep', UNKNOWN_CALL, '--headers', header], { ...preparedFetch() });
    expect(run).toMatchObject({ exitCode: 2, err: expect.stringMatching(problem) });
  });

  test('reads calls from stdin, in whatever form they are piped', async () => {
    const world = await startCliWorld();
    const [one = '', two = '', three = ''] = await startCalls(world, 3);
    const forms = [
      `${one}\r\n\n  ${two}\n${three}\n`,
      `\ufeff{"CallId":"${one}"}\n{"callId":"${two}","state":"x"}\n{"id":"${three}"}`,
      JSON.stringify([one, { callId: two }, { id: three }]),
      JSON.stringify([{ CallId: one }, { CallId: two }, { CallId: three }], null, 2),
      (await world.run(['list', '--json'])).out,
    ];
    for (const stdin of forms) {
      const { exitCode, out } = await world.run(['keep', '--pass-thru'], { stdin });
      expect({ exitCode, out, stdin }).toEqual({ exitCode: 0, out: 'true\ntrue\ntrue\n', stdin });
    }
    for (const callId of [one, two, three]) expect(kept(world, callId)).toHaveLength(forms.length);
  });

  test('has nothing to do for an empty list, but wants one', async () => {
    expect(await runCommand(['keep'], { stdin: '{"value":[]}', ...preparedFetch() })).toMatchObject({ exitCode: 0 });
    const problems = [
      ['', /names no call/],
      ['{"state":"established"}', /Entry 1 of stdin names no call/],
      [`${UNKNOWN_CALL}\n\n{"callId":\n`, /no JSON from line 3 on/],
    ] as const;
    for (const [stdin, problem] of problems) {
      expect(await runCommand(['keep'], { stdin })).toMatchObject({ exitCode: 2, err: expect.stringMatching(problem) });
    }
    expect(await runCommand(['keep'], { columns: 80 })).toMatchObject({ exitCode: 2 });
  });

  test('ends with 4 when Graph knows the calls no more, with 1 for any other failure', async () => {
    const world = await startCliWorld();
    const [one = '', two = ''] = await startCalls(world, 2);
    const gone = await world.run(['keep', one, UNKNOWN_CALL, '--pass-thru']);
    expect(gone).toMatchObject({ exitCode: 4, out: 'true\n', err: expect.stringContaining('Graph knows no call') });
    world.graph.addFault({ operation: 'keepAlive', callId: two, times: 1, status: 403, errorCode: '7504' });
    const denied = await world.run(['keep', two, UNKNOWN_CALL]);
    expect(denied).toMatchObject({ exitCode: 1, err: expect.stringContaining('has not consented') });
    const asJson = await world.run(['keep', UNKNOWN_CALL, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ callId: UNKNOWN_CALL, ok: false, outcome: 'gone' });
  });

  test('asks first when it is told to', async () => {
    const world = await startCliWorld();
    const [callId = ''] = await startCalls(world, 1);
    const asked = await world.run(['keep', callId, '--confirm'], { columns: 80, types: 'no' });
    expect(asked).toMatchObject({ exitCode: 1, err: 'Send keepAlive for 1 call(s)? [y/N] ' });
    expect(kept(world, callId)).toEqual([]);
    expect(await world.run(['keep', callId, '--confirm'], { columns: 80, types: 'yes' })).toMatchObject({
      exitCode: 0,
    });
    expect(await world.run(['keep', callId, '--confirm'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['keep', callId, '--confirm', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(kept(world, callId)).toHaveLength(2);
  });
});

describe('stop', () => {
  test('asks, then stops keeping the calls alive', async () => {
    const world = await startCliWorld();
    const [one = '', two = ''] = await startCalls(world, 2);
    const refused = await world.run(['stop', one], { columns: 80, types: '' });
    expect(refused).toMatchObject({ exitCode: 1, err: `Stop keeping call ${one} alive? [y/N] Nothing was stopped.\n` });
    expect((await world.getCall(one)).record).toMatchObject({ phase: 'active' });
    const run = await world.run(['stop', one, two], { columns: 80, types: 'Y' });
    expect(run).toMatchObject({ exitCode: 0, err: 'Stop keeping 2 calls alive? [y/N] ' });
    expect(run.out.split('\n').toSorted()).toEqual(
      ['', `${one} is kept alive no more.`, `${two} is kept alive no more.`].toSorted(),
    );
    expect((await world.getCall(one)).record).toMatchObject({ phase: 'ended', endReason: 'stopped' });
  });

  test('needs --yes where nobody can be asked', async () => {
    const world = await startCliWorld();
    const [callId = ''] = await startCalls(world, 1);
    expect(await world.run(['stop', callId])).toMatchObject({
      exitCode: 2,
      err: 'Nobody is there to confirm. Add --yes.\n',
    });
    expect(world.requests).toEqual([]);
    const run = await world.run(['stop', '--yes', '--json'], { stdin: callId });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.out)).toEqual({ callId, stopped: true });
    expect(await world.run(['stop', UNKNOWN_CALL, '--yes'])).toMatchObject({ exitCode: 4, out: '' });
  });
});

describe('register', () => {
  test('has one call kept alive, and says when it was so already', async () => {
    const world = await startCliWorld();
    const [other = ''] = newIds(1);
    beginElsewhere(world, [UNKNOWN_CALL, other]);
    const args = ['register', UNKNOWN_CALL, '--tenant', TENANT, '--started-at', '2026-03-02T07:50:00Z'];
    expect(await world.run(args)).toEqual({
      exitCode: 0,
      out: `${UNKNOWN_CALL} is kept alive from now on.\n`,
      err: '',
    });
    expect(await world.run(args)).toMatchObject({ exitCode: 0, out: `${UNKNOWN_CALL} is kept alive already.\n` });
    expect((await world.getCall(UNKNOWN_CALL)).record).toMatchObject({ firstSeenAt: '2026-03-02T07:50:00.000Z' });
    const chat = ['--chat-info', '{"threadId":"19:x@thread.v2","messageId":"0"}', '--json'];
    const run = await world.run(['register', other, '--tenant', TENANT, ...chat]);
    expect(JSON.parse(run.out)).toMatchObject({ record: { facts: { chatInfo: { threadId: '19:x@thread.v2' } } } });
  });

  test('tells what is wrong with it', async () => {
    const world = await startCliWorld();
    const foreign = ['register', UNKNOWN_CALL, '--tenant', UNKNOWN_CALL];
    expect(await world.run(foreign)).toMatchObject({ exitCode: 1, err: expect.stringContaining('ALLOWED_TENANT_IDS') });
    expect(await world.run(['register', UNKNOWN_CALL])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--tenant'),
    });
    expect(await world.run(['register', UNKNOWN_CALL, '--chat-info', 'x'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['register'], { columns: 80 })).toMatchObject({ exitCode: 2 });
  });

  test('takes over a running fleet from stdin, and sums up', async () => {
    const world = await startCliWorld();
    const known = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    const ids = newIds(100);
    beginElsewhere(world, ids);
    const lines = [
      ...ids
        .slice(0, 98)
        .map((callId) => JSON.stringify({ callId, tenantId: TENANT, startedAt: '2026-03-02T07:55:00Z' })),
      ...ids.slice(98),
      known,
      JSON.stringify({ callId: 'no call', tenantId: TENANT }),
      JSON.stringify({ callId: UNKNOWN_CALL, tenant: TENANT }),
    ];
    const fleet = ['register', '--tenant', TENANT, '--started-at', '2026-03-02T07:58:00Z'];
    const run = await world.run(fleet, { stdin: lines.join('\n') });
    expect(run).toMatchObject({ exitCode: 1, out: tableOf({ registered: 100, already: 1, unknown: 0, refused: 2 }) });
    const problems = run.err.trim().split('\n');
    expect(problems).toHaveLength(2);
    expect(problems).toContainEqual(expect.stringMatching(/^Line 102, no call: This is no call id/));
    expect(problems).toContainEqual(expect.stringMatching(/^Line 103, .*Unknown: tenant\./));
    const { out } = await world.run(['list', '--json']);
    expect(JSON.parse(out)).toMatchObject({ matched: 101 });

    const again = await world.run([...fleet, '--json'], { stdin: ids.join('\n') });
    expect(again).toMatchObject({
      exitCode: 0,
      err: expect.stringMatching(/^0 kept alive from now on, 100 kept alive already, 0 unknown .*, 0 refused/),
    });
    const results = again.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results).toHaveLength(100);
    expect(results).toContainEqual({ line: 1, callId: ids[0], outcome: 'running', status: 200 });
  });

  test('shows its progress to a person, and to nobody else', async () => {
    const run = (options: Pick<RunOptions, 'columns' | 'stdinIsPiped'>) =>
      runCommand(['register', '--tenant', TENANT, '--concurrency', '1'], {
        ...preparedFetch(json(202, { callId: UNKNOWN_CALL }), json(200, { callId: UNKNOWN_CALL })),
        stdin: newIds(2).join('\n'),
        ...options,
      });
    const seen = await run({ columns: 80, stdinIsPiped: true });
    expect(seen.err.split('\r')).toContain('\u001b[K1 done: 0 not kept alive');
    expect(seen.err.split('\r').at(-1)).toBe('\u001b[K');
    expect(seen.out).toContain('kept alive from now on');
    const unseen = await run({});
    expect(unseen).toMatchObject({ err: '', out: tableOf({ registered: 1, already: 1, unknown: 0, refused: 0 }) });
  });

  test('has patience with a busy app, and with one that restarts', async () => {
    const waits: number[] = [];
    const onSleep = (ms: number) => waits.push(ms);
    const { fetch, asked } = preparedFetch(
      json(503, { detail: 'busy' }, { 'retry-after': '7' }),
      networkError('ECONNRESET'),
      json(202, { callId: UNKNOWN_CALL }),
    );
    const run = await runCommand(['register', UNKNOWN_CALL, '--tenant', TENANT], { fetch, onSleep });
    expect(run.exitCode).toBe(0);
    expect(asked).toHaveLength(3);
    expect(waits).toEqual([7_000, 2_000]);
  });

  test('gives up when the app stays away, and says how far it came', async () => {
    const away = Array.from({ length: 4 }, () => networkError('ECONNREFUSED'));
    const { fetch } = preparedFetch(json(202, { callId: UNKNOWN_CALL }), ...away);
    const stdin = newIds(50).join('\n');
    const run = await runCommand(['register', '--tenant', TENANT, '--concurrency', '1'], { fetch, stdin });
    expect(run.exitCode).toBe(1);
    expect(run.out).toBe(tableOf({ registered: 1, already: 0, unknown: 0, refused: 0 }));
    expect(run.err).toMatch(/cannot be reached \(ECONNREFUSED\).*What follows was NOT registered/);
  });
});

test('a fleet with a line that cannot be read says that what follows was not registered', async () => {
  const world = await startCliWorld();
  beginElsewhere(world, [UNKNOWN_CALL]);
  const stdin = `${UNKNOWN_CALL}\n{"callId": oops}\n5b1f8d00-72c3-4e61-8d1b-4f60917b82e6\n`;
  const run = await world.run(['register', '--tenant', TENANT], { stdin });
  expect(run).toMatchObject({ exitCode: 2, err: expect.stringContaining('no JSON from line 2 on') });
  expect(run.err).toContain('What follows was NOT registered');
  expect(run.out).toBe(tableOf({ registered: 1, already: 0, unknown: 0, refused: 0 }));
});
