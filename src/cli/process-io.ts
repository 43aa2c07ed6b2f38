import { once } from 'node:events';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import type { CliIo, Screen } from './cli-io.ts';

/** The process's own streams, files and network. `signal` aborts with Ctrl-C. */
export function createProcessIo(signal: AbortSignal): CliIo {
  return {
    env: process.env,
    folder: process.cwd(),
    homeFolder: homedir(),
    out: toScreen(process.stdout),
    err: toScreen(process.stderr),
    stdin: {
      isTerminal: process.stdin.isTTY === true,
      lines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY, signal }),
    },
    fetch,
    signal,
    nowMs: () => Date.now(),
    sleep: (ms) => sleep(ms, undefined, { signal }),
    async ask(question) {
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      // readline takes Ctrl-C for itself while it asks.
      prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      const closed = once(prompt, 'close').then(() => '');
      try {
        return await Promise.race([prompt.question(question, { signal }), closed]);
      } catch (error) {
        signal.throwIfAborted();
        // Ctrl-D: an end without an answer.
        if (error instanceof Error && error.name === 'AbortError') return '';
        throw error;
      } finally {
        prompt.close();
      }
    },
  };
}

function toScreen(stream: WriteStream): Screen {
  return {
    write: (text) => stream.write(text),
    isTerminal: stream.isTTY === true,
    // A terminal of which nobody has told the width says 0.
    columns: () => stream.columns || undefined,
    rows: () => stream.rows || undefined,
  };
}
