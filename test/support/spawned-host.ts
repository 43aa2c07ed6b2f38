import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './repository.ts';

/** `local/start.ts` in a process of its own. */
export interface HostProcess {
  /** Its `.local` is in this folder: nothing is shared with others, nor with the machine's own runs. */
  readonly folder: string;
  readonly child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves when this has been printed; rejects, with what was, when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ids of processes that it started, directly or not, and that still run; on Linux only. */
  leftOvers(): readonly string[];
}

/** A running one, with the addresses and keys that it printed. */
export interface SpawnedHost extends HostProcess {
  readonly origin: string;
  readonly graphOrigin: string;
  readonly azuritePort: number;
  readonly functionKey: string;
  readonly durableKey: string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<number | null>;
}

/**
 * Spawns it with these settings only: none of the machine's own reach it. Its data folder is new, and goes with it,
 * unless one is given.
 */
export function spawnStart(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
  givenFolder?: string,
): HostProcess {
  const folder = givenFolder ?? mkdtempSync(join(tmpdir(), 'local-host-'));
  const mark = `HOST_OF_TEST=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const node = [process.execPath, 'local/start.ts', '--data', join(folder, '.local'), ...args];
  // As npm does: under a shell that stays.
  const isUnderNpm = settings.npm_lifecycle_event !== undefined;
  const [program = '', ...others] = isUnderNpm ? ['sh', '-c', '"$@"; exit $?', 'sh', ...node] : node;
  const child = spawn(program, others, {
    cwd: REPOSITORY,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...settings, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  const read = (chunk: Buffer) => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const ended = once(child, 'close').then(([code]) => {
    if (givenFolder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return typeof code === 'number' ? code : null;
  });
  return {
    folder,
    child,
    ended,
    output: () => text,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match !== null) resolve(match);
        };
        listeners.add(look);
        void ended.then((code) => reject(new Error(`ended with ${code} and never printed ${pattern}: ${text}`)));
        look();
      });
    },
    leftOvers: () => (process.platform === 'linux' ? processesWith(mark) : []),
  };
}

/** Starts the local host on free ports and waits until it serves. */
export async function startSpawnedHost(
  args: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
  givenFolder?: string,
): Promise<SpawnedHost> {
  const host = spawnStart(['--port', '0', '--graph-port', '0', ...args], settings, givenFolder);
  await host.printed(/Stop with Ctrl-C/);
  const find = (pattern: RegExp) => pattern.exec(host.output())?.[1] ?? '';
  return {
    ...host,
    origin: find(/^App +(http:\S+)\/api\/health$/m),
    graphOrigin: find(/^Simulated Graph +(http:\S+)\/control\/calls$/m),
    azuritePort: Number(find(/Azurite on port (\d+)/)),
    functionKey: find(/^Function key +(\S+)$/m),
    durableKey: find(/^Running calls +\S+&code=(\S+)$/m),
    async stop() {
      host.child.kill('SIGINT');
      return host.ended;
    },
  };
}

/** Children inherit their environment, so the mark finds them wherever they hang in the process tree. */
function processesWith(mark: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
    } catch {
      return false; // it ended meanwhile, or is somebody else's
    }
  });
}
