import { join } from 'node:path';
import { freePort } from '../../../local/free-port.ts';
import type { Candidate } from '../candidate.ts';
import { startChild } from '../child.ts';
import { debianVersion, packageVersion } from '../package-version.ts';
import { startWorker } from './worker-process.ts';

export const bullmq: Candidate = {
  name: 'BullMQ',
  notes: 'a job scheduler per call; Redis with appendfsync always; locks and stalled checks as by default (30 s each)',
  debian: ['redis-server'],
  version: () => `${packageVersion('bullmq')}, Redis ${debianVersion('redis-server')}`,
  async launch(context) {
    const port = await freePort();
    const settings = {
      port: String(port),
      bind: '127.0.0.1',
      dir: context.folder,
      appendonly: 'yes',
      appendfsync: 'always',
      'maxmemory-policy': 'noeviction',
    };
    const redis = startChild(
      'redis-server',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      { log: join(context.folder, 'redis.log') },
    );
    return startWorker('bullmq', context, [redis], { REDIS_PORT: String(port) });
  },
};
