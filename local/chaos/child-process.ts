import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of this run: Node with one of this repository's files. */
export interface ChaosProcess {
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>;
}

/** Starts it with these settings only, and hands over what it prints line by line. */
export function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): ChaosProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);
  const ended = once(child, 'exit').then(() => {});
  return {
    ended,
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
