import type { Candidate } from '../candidate.ts';
import { debianVersion, packageVersion } from '../package-version.ts';
import { startPostgres } from './postgres.ts';
import { startWorker } from './worker-process.ts';

export const pgBoss: Candidate = {
  name: 'pg-boss',
  notes:
    'a delayed job that sends the next; polling 0.5 s, batches of 20, jobs expire after 15 s instead of 15 minutes',
  debian: ['postgresql'],
  version: () => `${packageVersion('pg-boss')}, Postgres ${debianVersion('postgresql')}`,
  async launch(context) {
    const postgres = await startPostgres(context.folder, 'boss');
    return startWorker('pg-boss', context, [postgres], { DATABASE_URL: postgres.url });
  },
};
