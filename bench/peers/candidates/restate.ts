import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../../../local/free-port.ts';
import type { Candidate } from '../candidate.ts';
import { answers, startChild, startNode, until } from '../child.ts';
import { packageVersion } from '../package-version.ts';

const PACKAGES = resolve(import.meta.dirname, '../node_modules/@restatedev');

export const restate: Candidate = {
  name: 'Restate',
  notes: 'a virtual object per call, each beat sends itself the next, delayed; events come through its ingress (/send)',
  debian: [],
  version: () =>
    `server ${packageVersion('@restatedev/restate-server')}, SDK ${packageVersion('@restatedev/restate-sdk')}`,
  async launch({ folder, targetOrigin, beatMs }) {
    const [ingress, admin, fabric, port] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const log = join(folder, 'restate.log');
    const server = startChild(findServer(), ['--base-dir', join(folder, 'data'), '--no-logo', '--listen-mode', 'tcp'], {
      log,
      env: {
        RESTATE_DISABLE_TELEMETRY: 'true',
        RESTATE_LOG_FILTER: 'warn',
        RESTATE_BIND_IP: '127.0.0.1',
        RESTATE_BIND_PORT: String(fabric),
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      },
    });
    const start = () =>
      startNode(
        resolve(import.meta.dirname, '../workers/restate.ts'),
        { PORT: String(port), TARGET: targetOrigin, BEAT_MS: String(beatMs), NODE_ENV: 'production' },
        join(folder, 'worker.log'),
      );
    let worker = start();
    await until('Restate', answers(`http://127.0.0.1:${admin}/health`), 60_000, log);
    await until("Restate's ingress", answers(`http://127.0.0.1:${ingress}/restate/health`), 60_000, log);
    await until('The worker of Restate', () => registers(admin, port), 60_000, log);
    const call = (handler: string) => (callId: string) => ({
      method: 'POST' as const,
      url: `http://127.0.0.1:${ingress}/call/${callId}/${handler}/send`,
    });
    return {
      established: call('established'),
      ended: call('ended'),
      roots: () => [worker.pid, server.pid],
      async killWorker() {
        await worker.kill('SIGKILL');
        worker = start();
      },
      async stop() {
        await worker.kill('SIGKILL');
        await server.kill('SIGKILL');
      },
    };
  },
};

async function registers(admin: number, port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${port}` }),
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/** The binary is a package of its own for each platform. */
function findServer(): string {
  const path = join(PACKAGES, `restate-server-${process.platform}-${process.arch}`, 'bin/restate-server');
  if (!existsSync(path)) throw new Error(`There is no Restate server for this platform (${path}).`);
  return path;
}
