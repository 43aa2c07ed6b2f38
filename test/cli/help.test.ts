import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { createProgram } from '../../src/cli/program.ts';
import { MINUTE_MS } from '../support/virtual-world.ts';
import {
  beginElsewhere,
  type CliWorld,
  type Run,
  runCommand,
  startCliWorld,
  TENANT,
  temporaryFolder,
  UNKNOWN_CALL,
} from './cli-world.ts';

const SAMPLE_CALL = '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5';
const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const commands = createProgram({} as CliIo, () => {}).commands.map((command) => command.name());

const examplesIn = (text: string) =>
  [...text.matchAll(/^ *(call-keepalive .*)$/gm)].map(([, line = '']) => line.trim());
const documented = [...page.matchAll(/<!-- test: examples -->\n```bash\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  examplesIn(block),
);

async function helpOf(command: string): Promise<string> {
  const { exitCode, out } = await runCommand([command, '--help']);
  expect(exitCode).toBe(0);
  return out;
}

/** Runs a line as a shell would: words, quotes, `|` and `<`. */
async function runLine(world: CliWorld, line: string, folder: string): Promise<Run> {
  let stdin: string | undefined;
  let run: Run = { exitCode: 0, out: '', err: '' };
  for (const part of line.split(' | ')) {
    const [command = '', file] = part.split(' < ');
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
    expect(words[0]).toBe('call-keepalive');
    const input = file === undefined ? stdin : readFileSync(join(folder, file), 'utf8');
    const args = words
      .slice(1)
      .map((word) => (word.startsWith('https://my-app') ? world.url + new URL(word).pathname : word));
    run = await world.run(args, {
      ...(input === undefined ? {} : { stdin: input }),
      onSleep: (_ms, controller) => controller.abort(),
    });
    stdin = run.out;
  }
  return run;
}

test.each(commands)('%s --help tells what it does, its options, and an example', async (command) => {
  const help = await helpOf(command);
  expect(help).toMatch(new RegExp(`^Usage: call-keepalive ${command} `));
  expect(help).toContain('Global Options:');
  expect(examplesIn(help).length).toBeGreaterThan(0);
});

test('there are the commands that were promised', () => {
  expect(commands).toEqual(['list', 'show', 'watch', 'keep', 'register', 'stop', 'doctor', 'report']);
});

test('--help tells the exit codes and how the app is found', async () => {
  const { exitCode, out } = await runCommand(['--help']);
  expect(exitCode).toBe(0);
  for (const part of ['4 no such call', 'CALL_KEEPALIVE_URL', 'http://127.0.0.1:7071', 'profile.json', 'HTTPS_PROXY']) {
    expect(out).toContain(part);
  }
});

test.each([
  [[]],
  [['nonsense']],
  [['list', '--nonsense']],
  [['show']],
  [['show', 'a', 'b']],
  [['list', '--timeout', '0']],
])('wrong usage %j ends with 2 and points to the help', async (args) => {
  const { exitCode, out, err } = await runCommand(args);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toContain('help');
});

describe('an example that runs:', async () => {
  const inHelp = (await Promise.all(commands.map(helpOf))).flatMap(examplesIn);
  const all = [...new Set([...documented, ...inHelp])];

  test('there are some of each command, and each option in them is explained', () => {
    expect(documented.length).toBeGreaterThan(9);
    expect(new Set(all.map((line) => line.split(' ')[1]))).toEqual(new Set(commands));
  });

  test.each(all)('%s', async (line) => {
    const world = await startCliWorld();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'calls.ndjson'), JSON.stringify({ callId: UNKNOWN_CALL, tenantId: TENANT }));
    writeFileSync(join(folder, 'call-ids.txt'), `${UNKNOWN_CALL}\n`);
    // The call of the examples: simulated Graph knows it, and a notification has come.
    const callId = await world.startCall();
    beginElsewhere(world, [UNKNOWN_CALL]);
    await world.clock.runFor(MINUTE_MS);
    const { exitCode, err } = await runLine(world, line.replaceAll(SAMPLE_CALL, callId), folder);
    // `watch` is ended here as by a person.
    expect({ exitCode, err }).toEqual({ exitCode: line.includes(' watch') ? 130 : 0, err: '' });
  });
});
