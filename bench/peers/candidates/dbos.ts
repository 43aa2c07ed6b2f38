import type { Candidate } from '../candidate.ts';
import { debianVersion, packageVersion } from '../package-version.ts';
import { startPostgres } from './postgres.ts';
import { startWorker } from './worker-process.ts';

export const dbos: Candidate = {
  name: 'DBOS',
  notes: 'a workflow per call: recv with a time-out, then a step',
  debian: ['postgresql'],
  version: () => `${packageVersion('@dbos-inc/dbos-sdk')}, Postgres ${debianVersion('postgresql')}`,
  async launch(context) {
    const postgres = await startPostgres(context.folder, 'dbos');
    return startWorker('dbos', context, [postgres], { DATABASE_URL: postgres.url });
  },
};
