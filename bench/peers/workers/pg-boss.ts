import { Pool } from 'pg';
import { PgBoss } from 'pg-boss';
import { beatMs, keepAlive, serveCalls } from './serve-calls.ts';

/**
 * A delayed job per call that sends the next one, at most one queued per call (policy `short` with the call as
 * `singletonKey`); its cron schedules have no seconds. A call that has ended is noted in a table of its own, since
 * cancelling needs the job's id. Jobs of a worker that died come back after 15 s (the default is 15 minutes).
 */
const connectionString = process.env.DATABASE_URL ?? '';
const pool = new Pool({ connectionString, max: 10 });
await pool.query('CREATE TABLE IF NOT EXISTS ended_calls (id text PRIMARY KEY)');
const boss = new PgBoss({ connectionString, max: 20, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue('calls', { policy: 'short', expireInSeconds: 15, deleteAfterSeconds: 60 });
const nextAt = () => new Date(Date.now() + beatMs);

await boss.work(
  'calls',
  { batchSize: 20, localConcurrency: 5, pollingIntervalSeconds: 0.5 },
  async (jobs: { data: { callId: string } }[]) => {
    const ids = jobs.map(({ data }) => data.callId);
    const found = await pool.query('SELECT id FROM ended_calls WHERE id = ANY($1)', [ids]);
    const ended = new Set(found.rows.map(({ id }: { id: string }) => id));
    const open = ids.filter((id) => !ended.has(id));
    await Promise.all(open.map((callId) => keepAlive(callId).catch(() => 0)));
    const next = open.map((callId) => ({ data: { callId }, singletonKey: callId, startAfter: nextAt() }));
    if (next.length > 0) await boss.insert('calls', next);
  },
);
await serveCalls({
  established: (callId) => boss.send('calls', { callId }, { singletonKey: callId, startAfter: nextAt() }),
  ended: (callId) => pool.query('INSERT INTO ended_calls VALUES ($1) ON CONFLICT DO NOTHING', [callId]),
});
