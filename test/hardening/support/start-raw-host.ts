import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RawHostAddress {
  readonly origin: string;
  readonly graphOrigin: string;
  readonly functionKey: string;
  readonly masterKey: string;
  readonly durableKey: string;
}

export interface RawHost extends RawHostAddress {
  /** All that its process has written so far, but for the line with the addresses. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts the built app on a local host of its own, with these settings and none of the machine's. */
export async function startRawHost(settings: Readonly<Record<string, string>> = {}): Promise<RawHost> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(new URL('./raw-host.ts', import.meta.url))], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let text = '';
  const address = await new Promise<RawHostAddress>((resolveAddress, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const ready = /^ready (.*)\n/m.exec(text);
      if (ready?.[1] === undefined) return;
      text = text.replace(ready[0], '');
      resolveAddress(JSON.parse(ready[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`The host ended: ${text}`)));
  });
  return {
    ...address,
    output: () => text,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
