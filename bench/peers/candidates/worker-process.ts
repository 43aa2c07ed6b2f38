import { join, resolve } from 'node:path';
import { freePort } from '../../../local/free-port.ts';
import type { CallRequest, LaunchContext, Running } from '../candidate.ts';
import { answers, type Child, startNode, until } from '../child.ts';

/** A worker of `workers/` that serves the calls itself, beside the servers that it needs. */
export async function startWorker(
  name: string,
  { folder, targetOrigin, beatMs }: LaunchContext,
  servers: readonly Child[] = [],
  env: Record<string, string> = {},
): Promise<Running> {
  const port = await freePort();
  const log = join(folder, 'worker.log');
  const origin = `http://127.0.0.1:${port}`;
  const start = () =>
    startNode(
      resolve(import.meta.dirname, '../workers', `${name}.ts`),
      { PORT: String(port), TARGET: targetOrigin, BEAT_MS: String(beatMs), ...env },
      log,
    );
  let worker = start();
  await until(`The worker of ${name}`, answers(origin), 60_000, log);
  const call = (method: CallRequest['method']) => (callId: string) => ({ method, url: `${origin}/calls/${callId}` });
  return {
    established: call('POST'),
    ended: call('DELETE'),
    roots: () => [worker.pid, ...servers.map(({ pid }) => pid)],
    async killWorker() {
      await worker.kill('SIGKILL');
      worker = start();
    },
    async stop() {
      await worker.kill('SIGKILL');
      for (const server of servers.toReversed()) await server.kill('SIGINT');
    },
  };
}
