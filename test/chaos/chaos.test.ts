import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseChaosOptions } from '../../local/chaos/chaos-options.ts';
import { buildOnce } from '../support/build-once.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { REPOSITORY } from '../support/repository.ts';

async function runChaos(...args: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const child = spawn(process.execPath, ['local/chaos/main.ts', ...args], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

beforeAll(() => buildOnce(), START_TIMEOUT_MS);

describe('a host that is killed in the middle of its keepAlives', () => {
  test('keeps every call alive', { timeout: 90_000 }, async () => {
    const { code, output } = await runChaos('--kills', '3', '--calls', '40', '--speed', '300', '--seed', '1');
    expect(output).toMatch(/kill 3\/3: .* first keepAlive again after \d/);
    expect(output).toMatch(/^missed +0$/m);
    expect(output).toMatch(/^after the end +0,/m);
    expect(output).toMatch(/^calls +40$/m);
    expect({ code, verdict: output.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      verdict: 'Every call was kept alive.',
    });
  });

  // Once more, for the reconciler saves them when its five minutes happen to be over just then.
  test('loses them when its task hub is in memory, and the run says so', { timeout: 90_000, retry: 1 }, async () => {
    const { code, output } = await runChaos('--kills', '1', '--calls', '5', '--speed', '600', '--storage', 'memory');
    rmSync(/ are in (\/\S+chaos-\w+)/.exec(output)?.[1] ?? '', { recursive: true, force: true });
    expect(output).toMatch(/^missed +[1-5]$/m);
    expect(output).toMatch(/^back after a kill +never$/m);
    expect(output).toMatch(/^VIOLATION: [1-5] calls were not kept alive in time, and Graph ended them\.$/m);
    expect(code).toBe(1);
  });
});

describe('the command line', () => {
  test.each([
    ['--kills', '0'],
    ['--calls', 'many'],
    ['--speed', '901'],
    ['--seed', '-1'],
    ['--storage', 'tape'],
    ['--velocity', '3'],
  ])('has one sentence for %s %s', (flag, value) => {
    expect(parseChaosOptions([flag, value], 0)).toEqual({ kind: 'wrong', problem: expect.stringContaining(flag) });
  });

  test('takes another seed each time, unless one is given', () => {
    expect(parseChaosOptions([], 7)).toMatchObject({ options: { kills: 20, calls: 500, speed: 90, seed: 7 } });
    expect(parseChaosOptions(['--seed', '3'], 7)).toMatchObject({ options: { seed: 3 } });
  });
});
