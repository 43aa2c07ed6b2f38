import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';
import type { SpawnedHost } from '../support/spawned-host.ts';

/** Runs examples/bot/bot.ts beside a host that relays to that port. Everything printed so far is in `output()`. */
export async function startExampleBot(
  host: SpawnedHost,
  port: number,
  hangUpAfterSeconds: number,
): Promise<{ readonly child: ChildProcess; readonly output: () => string }> {
  const child = spawn(process.execPath, [join(REPOSITORY, 'examples/bot/bot.ts')], {
    env: {
      PORT: String(port),
      GRAPH_BASE_URL: `${host.graphOrigin}/v1.0`,
      CALLBACK_OPENID_METADATA_URL: `${host.graphOrigin}/v1/.well-known/OpenIdConfiguration`,
      CALLBACK_URI: `${host.origin}/api/notifications`,
      HANG_UP_AFTER_SECONDS: String(hangUpAfterSeconds),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('The bot listens on')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}: ${text}`)));
  });
  return { child, output: () => text };
}
