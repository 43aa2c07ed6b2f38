import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface Child {
  readonly pid: number;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<void>;
}

/** Starts a process whose output goes to a file; it ends with this process's own stop, by pid. */
export function startChild(
  command: string,
  args: readonly string[],
  { env = {}, log, user }: { env?: Record<string, string>; log: string; user?: { uid: number; gid: number } },
): Child {
  const { PATH = '', HOME = '' } = process.env;
  const out = openSync(log, 'a');
  const child: ChildProcess = spawn(command, [...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', out, out],
    ...(user === undefined ? {} : { ...user, cwd: '/tmp' }),
  });
  closeSync(out);
  const ended = once(child, 'exit').catch(() => {});
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started.`);
  living.add(pid);
  void ended.then(() => living.delete(pid));
  return {
    pid,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(tooLong);
    },
  };
}

const living = new Set<number>();
process.on('exit', () => {
  for (const pid of living) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
});

/** A worker of this folder, in this Node. */
export function startNode(file: string, env: Record<string, string>, log: string, args: readonly string[] = []): Child {
  return startChild(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], { env, log });
}

/** Asks until it answers true; a question that fails counts as no. */
export async function until(what: string, ask: () => Promise<boolean>, limitMs = 60_000, log?: string): Promise<void> {
  const startedMs = performance.now();
  while (!(await ask().catch(() => false))) {
    if (performance.now() - startedMs > limitMs) {
      const tail = log === undefined ? '' : ` It printed: ${readFileSync(log, 'utf8').slice(-800)}`;
      throw new Error(`${what} did not answer within ${limitMs / 1_000} s.${tail}`);
    }
    await wait(50);
  }
}

/** True when something answers HTTP there, whatever it answers. */
export const answers = (url: string) => async () => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await answer.arrayBuffer();
  return true;
};
