import { describe, expect, test } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../support/virtual-world.ts';
import { json, networkError, preparedFetch, runCommand, startCliWorld, UNKNOWN_CALL } from './cli-world.ts';

const ESCAPE = '\u001b';

describe('list', () => {
  test('shows the most endangered call first, then what it counted', async () => {
    const world = await startCliWorld();
    const well = await world.startCall();
    const failing = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId: failing, times: 'always', status: 503 });
    await world.clock.runFor(20 * MINUTE_MS);
    const { exitCode, out, err } = await world.run(['list']);
    expect(exitCode).toBe(0);
    expect(err).toBe('');
    const [titles, first, second, sum] = out.split('\n');
    expect(titles).toMatch(/^STATE +LEFT +KEPT +CALL +WHY$/);
    expect(first).toMatch(
      new RegExp(`^retrying +25 min +0 +${failing} +No success for 20 min: Graph answers 503 .*UTC\\.$`),
    );
    expect(second).toMatch(new RegExp(`^waiting +40 min +1 +${well} +Kept alive 5 min ago`));
    expect(sum).toBe('2 open, 1 failing; as of 2026-03-02 08:20:00 UTC');
  });

  test('hands the filters on to the app', async () => {
    const world = await startCliWorld();
    const ended = await world.startCall();
    const open = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    world.graph.hangUp(ended);
    await world.clock.runFor(MINUTE_MS);
    const listed = async (...args: readonly string[]) => {
      const { out } = await world.run(['list', '--json', ...args]);
      return JSON.parse(out).value.map(({ callId }: { callId: string }) => callId);
    };
    expect(await listed()).toEqual([open]);
    expect(await listed('--ended')).toEqual([open, ended]);
    expect(await listed('--state', 'ended')).toEqual([ended]);
    expect(await listed('--danger', 'overdue')).toEqual([]);
    expect(await listed('--ended', '--text', ended.slice(0, 13))).toEqual([ended]);
    expect(await listed('--tenant', UNKNOWN_CALL)).toEqual([]);
    expect(await listed('--ended', '--top', '1')).toEqual([open]);
    const cut = await world.run(['list', '--ended', '--top', '1']);
    expect(cut.out).toContain('; 1 more with a larger --top');
  });

  test('reads page after page', async () => {
    const page = (callId: string, continuationToken?: string) =>
      json(200, { asOf: '', counters: { open: 2 }, matched: 2, value: [{ callId }], continuationToken });
    const { fetch, asked } = preparedFetch(page('one', '0_1_x'), page('two'));
    const { out } = await runCommand(['list', '--json'], { fetch });
    expect(JSON.parse(out)).toMatchObject({ matched: 2, value: [{ callId: 'one' }, { callId: 'two' }] });
    expect(asked.map(({ url }) => new URL(url).search)).toEqual(['?top=1000', '?top=1000&continuationToken=0_1_x']);
  });

  test('fits the terminal, in colours unless nobody wants them', async () => {
    const world = await startCliWorld();
    const failing = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId: failing, times: 'always', status: 503 });
    await world.clock.runFor(20 * MINUTE_MS);
    const coloured = await world.run(['list'], { columns: 80 });
    expect(coloured.out).toContain(`${ESCAPE}[33mretrying`);
    const plain = await world.run(['list'], { columns: 80, env: { NO_COLOR: '1' } });
    expect(plain.out).not.toContain(ESCAPE);
    const lines = plain.out.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    expect(lines[1]).toMatch(/…$/);
    const narrow = await world.run(['list'], { columns: 20, env: { NO_COLOR: '1' } });
    expect(narrow.out.split('\n')[1]).toHaveLength(20);
  });

  test('lets no server write on the terminal', async () => {
    const why = `${ESCAPE}]0;title\u0007\u009b31m\u202e\nforged`;
    const answer = () => json(200, { asOf: '', counters: {}, value: [{ callId: 'x', state: 'waiting', why }] });
    const { out } = await runCommand(['list'], { ...preparedFetch(answer()) });
    expect(out).toContain('\\u001b]0;title\\u0007\\u009b31m\\u202e\\u000aforged');
    const asJson = await runCommand(['list', '--json'], { ...preparedFetch(answer()) });
    for (const text of [out, asJson.out]) expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(JSON.parse(asJson.out).value[0].why).toBe(why);
  });
});

describe('show', () => {
  test('tells how a call is and what happened to it', async () => {
    const world = await startCliWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', callId, times: 1, status: 429, retryAfterSeconds: 30 });
    await world.clock.runFor(20 * MINUTE_MS);
    const { exitCode, out } = await world.run(['show', callId.replaceAll('-', '').toUpperCase()]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`^${callId}  waiting\nKept alive 4 min ago; next keepAlive in 10 min\\.\n`));
    expect(out).toMatch(/^last keepAlive +2026-03-02 08:15:31$/m);
    expect(out).toMatch(/^left +40 min$/m);
    expect(out).toMatch(new RegExp(`^instance +call-${callId} Running$`, 'm'));
    expect(out).toMatch(/^2026-03-02 08:15:00 +keepAlive +http 429/m);
    expect(out).toMatch(/^2026-03-02 08:15:31 +keepAlive +alive +\d+ +\S+$/m);
    world.graph.hangUp(callId);
    await world.clock.runFor(SECOND_MS);
    const ended = await world.run(['show', callId]);
    expect(ended.out).toMatch(/^worst margin +29 min$/m);
    expect(ended.out).toMatch(/^end reason +terminated$/m);
    const asJson = await world.run(['show', callId, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ callId, record: { worstMarginSeconds: 1_769 } });
  });

  test('ends with 4 for an unknown call, with 2 for what is no call id', async () => {
    const world = await startCliWorld();
    const unknown = await world.run(['show', UNKNOWN_CALL]);
    expect(unknown).toMatchObject({ exitCode: 4, out: '', err: expect.stringContaining('is unknown here') });
    expect(await world.run(['show', '../../admin'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('no call id'),
    });
    expect(world.requests.some((request) => request.includes('admin'))).toBe(false);
  });
});

describe('watch', () => {
  test('prints a line for each call that is new, has changed, or is gone', async () => {
    const world = await startCliWorld();
    const callId = await world.startCall();
    let looks = 0;
    const { exitCode, out } = await world.run(['watch', '--interval', '60'], {
      async onSleep(ms, controller) {
        expect(ms).toBe(60_000);
        looks++;
        if (looks === 17) world.graph.hangUp(callId);
        await world.clock.runFor(ms);
        if (looks === 18) controller.abort();
      },
    });
    expect(exitCode).toBe(130);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^2026-03-02 08:00:00 ${callId} .*`)),
      expect.stringMatching(new RegExp(`^2026-03-02 08:01:00 ${callId} waiting: Established`)),
      expect.stringMatching(new RegExp(`^2026-03-02 08:15:00 ${callId} waiting: Kept alive 0 s ago`)),
      `2026-03-02 08:17:00 ${callId} is not in the list any more`,
      '',
    ]);
  });

  test('redraws a table on a terminal, and gives the cursor back', async () => {
    const world = await startCliWorld();
    await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    const { out } = await world.run(['watch'], { columns: 100, onSleep: (_ms, controller) => controller.abort() });
    expect(out.startsWith(`${ESCAPE}[?25l${ESCAPE}[H${ESCAPE}[2J1 open; as of`)).toBe(true);
    expect(out).toContain('waiting');
    expect(out.endsWith(`${ESCAPE}[?25h`)).toBe(true);
  });

  test('goes on when the app does not answer for a while, but not when it never did', async () => {
    const list = () => json(200, { asOf: '2026-03-02T08:00:00Z', counters: { open: 0 }, value: [] });
    let looks = 0;
    const { fetch } = preparedFetch(list(), networkError('ECONNREFUSED'), list());
    const run = await runCommand(['watch', '--json'], {
      fetch,
      onSleep: (_ms, controller) => {
        looks++;
        if (looks === 3) controller.abort();
      },
    });
    expect(run).toMatchObject({ exitCode: 130, err: expect.stringContaining('ECONNREFUSED') });
    expect(run.out.trim().split('\n')).toHaveLength(2);
    const never = await runCommand(['watch'], { ...preparedFetch(networkError('ECONNREFUSED')) });
    expect(never.exitCode).toBe(1);
  });
});

describe('report', () => {
  test('tells what was kept alive, day by day and in all', async () => {
    const world = await startCliWorld();
    const callId = await world.startCall();
    await world.clock.runFor(50 * MINUTE_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(MINUTE_MS);
    const { exitCode, out } = await world.run(['report', '--since', '7d']);
    expect(exitCode).toBe(0);
    expect(world.requests).toEqual(['GET /api/report?since=2026-02-23']);
    const [titles, day, total, worst] = out.split('\n');
    expect(titles).toMatch(/^DAY +CALLS +KEPT +WORST +MISSED +TERMINATED +NOT FOUND +STOPPED +EXPIRED$/);
    expect(day).toMatch(/^2026-03-02 +1 +3 +30 min +0 +1 +0 +0 +0$/);
    expect(total).toMatch(/^total +1 +3 +30 min +0 +1 +0 +0 +0$/);
    expect(worst).toContain(callId);
    const asJson = await world.run(['report', '--since', '2026-03-02', '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ since: '2026-03-02', days: [{ worstMarginSeconds: 1_800 }] });
  });

  test('refuses what is neither a number of days nor a day', async () => {
    const world = await startCliWorld();
    expect(await world.run(['report', '--since', 'yesterday'])).toMatchObject({ exitCode: 2 });
    expect(await world.run(['report', '--since', '2026-02-30'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('since'),
    });
    const empty = await world.run(['report']);
    expect(empty).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^total +0 +0 +0/m) });
  });
});
