import { Queue, Worker } from 'bullmq';
import { beatMs, keepAlive, serveCalls } from './serve-calls.ts';

/** One job scheduler per call, its id the call's. Source: https://docs.bullmq.io/guide/job-schedulers */
const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const queue = new Queue('calls', { connection });
const worker = new Worker('calls', async ({ data }) => keepAlive(data.callId), { connection, concurrency: 50 });
worker.on('error', (error) => console.error(error));
await worker.waitUntilReady();
await serveCalls({
  established: (callId) =>
    queue.upsertJobScheduler(
      callId,
      { every: beatMs, startDate: Date.now() + beatMs },
      { name: 'keepAlive', data: { callId }, opts: { removeOnComplete: true, removeOnFail: true } },
    ),
  ended: (callId) => queue.removeJobScheduler(callId),
});
