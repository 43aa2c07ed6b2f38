import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../local/free-port.ts';
import { createHostClient } from '../e2e/host-client.ts';
import { startExampleBot } from '../examples/example-bot.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { readCodeBlocks, standsInItsFile, testedBlocks } from './code-blocks.ts';

const blocks = readCodeBlocks('docs/bot.md');
const { start = '', ...commands } = Object.fromEntries(testedBlocks(blocks));

/** What each block prints, as a reader would see it: one JSON text a command. */
const EXPECTED: Readonly<Record<string, readonly object[]>> = {
  incoming: [
    {
      state: 'established',
      keepAlives: expect.arrayContaining([expect.objectContaining({ status: 200 })]),
      notifications: ['incoming', 'establishing', 'established'].map((state) =>
        expect.objectContaining({ state, status: 202 }),
      ),
    },
  ],
  outgoing: [
    { state: 'established', keepAlives: expect.arrayContaining([expect.objectContaining({ status: 200 })]) },
    { error: { code: '8522' } },
  ],
};

const HANG_UP_AFTER_SECONDS = 6;
let host: SpawnedHost;
let bot: { readonly child: ChildProcess; readonly output: () => string };

beforeAll(async () => {
  await buildOnce();
  const port = await freePort();
  const [, flags = ''] = /^npm start -- (.+)$/m.exec(start) ?? [];
  const args = flags.replace('127.0.0.1:3978', `127.0.0.1:${port}`).split(' ');
  host = await startSpawnedHost(args, hostStorage('bot'));
  bot = await startExampleBot(host, port, HANG_UP_AFTER_SECONDS);
}, START_TIMEOUT_MS);

afterAll(async () => {
  bot?.child.kill();
  await host?.stop();
});

describe('every block of the page', () => {
  test('is run, or stands in a file that is', () => {
    expect(blocks.filter(({ mark }) => mark === undefined)).toEqual([]);
    expect(blocks.filter((block) => block.mark?.kind === 'from' && !standsInItsFile(block))).toEqual([]);
    expect(Object.keys(commands).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  test('names scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const page = readFileSync(join(REPOSITORY, 'docs/bot.md'), 'utf8');
    expect(start).toContain('npm run example-bot');
    const named = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    expect(scripts['example-bot']).toContain('examples/bot/bot.ts');
  });
});

test.each(Object.entries(commands))('the commands "%s" print what the text says', (name, script) => {
  const here = script
    .replaceAll('http://127.0.0.1:7071', host.origin)
    .replaceAll('http://127.0.0.1:7072', host.graphOrigin);
  const run = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', here], { cwd: host.folder, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  const printed = JSON.parse(`[${run.stdout.replaceAll('}{', '},{')}]`);
  expect(printed).toMatchObject(EXPECTED[name] ?? []);
});

test('the bot answers, hangs up, and its call is kept alive in between and cleaned up', async () => {
  const incoming = /^call (\S+): incoming$/m;
  await eventually(() => expect(bot.output()).toMatch(incoming));
  const [, callId] = incoming.exec(bot.output()) ?? [];
  await eventually(() => expect(bot.output()).toContain(`call ${callId}: terminated`));
  const { body } = await createHostClient(host).getCall(String(callId));
  expect(body).toMatchObject({ record: { phase: 'ended', endReason: 'terminated', resultInfo: { subcode: 7000 } } });
  for (const line of [
    `POST /communications/calls/${callId}/answer: 202`,
    `call ${callId}: established`,
    `DELETE /communications/calls/${callId}: 204`,
  ]) {
    expect(bot.output()).toContain(line);
  }
});

test('the bot takes no word of somebody who is not Graph', async () => {
  const url = /http:\S+/.exec(bot.output())?.[0] ?? '';
  const answer = await fetch(url, { method: 'POST', body: '{"value":[]}', headers: { authorization: 'Bearer a.b.c' } });
  expect(answer.status).toBe(401);
});
