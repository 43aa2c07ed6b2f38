import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../local/simulated-graph/main.ts', import.meta.url));

/** Runs the command; `onOutput` sees all that it printed so far and may end it. */
function run(args: readonly string[], onOutput: (output: string, end: () => void) => void = () => {}) {
  return new Promise<{ readonly code: number | null; readonly output: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args]);
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      onOutput(output, () => child.kill('SIGTERM'));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('the command serves until it is told to end, and ends cleanly with calls still going on', async () => {
  let created: Promise<number> | undefined;
  const { code } = await run(['--port', '0', '--speed', '10'], (output, end) => {
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    if (origin === undefined || created !== undefined) return;
    const body = JSON.stringify({ callbackUri: 'http://127.0.0.1:9/none' });
    created = fetch(`${origin}/control/calls`, { method: 'POST', body }).then(({ status }) => status);
    void created.finally(end);
  });
  expect(await created).toBe(201);
  expect(code).toBe(0);
});

test.each([
  ['--port', '70000'],
  ['--speed', '0'],
  ['--velocity', '3'],
])('the command refuses %s %s with one line that names it', async (option, value) => {
  const { code, output } = await run([option, value]);
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`^simulated-graph: .*${option}.*\n$`));
});
