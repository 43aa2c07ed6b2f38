import { DBOS } from '@dbos-inc/dbos-sdk';
import { beatMs, keepAlive, serveCalls } from './serve-calls.ts';

/** One workflow per call, its id the call's: it waits for a message with a durable time-out, then runs a step. */
const keepCallAlive = DBOS.registerWorkflow(
  async (callId: string) => {
    for (;;) {
      const ended = await DBOS.recv('ended', beatMs / 1_000);
      if (ended !== null) return;
      await DBOS.runStep(() => keepAlive(callId).catch(() => 0), { name: 'keepAlive' });
    }
  },
  { name: 'keepCallAlive' },
);
DBOS.setConfig({
  name: 'calls',
  systemDatabaseUrl: process.env.DATABASE_URL ?? '',
  logLevel: 'warn',
  runAdminServer: false,
});
await DBOS.launch();
await serveCalls({
  established: (callId) => DBOS.startWorkflow(keepCallAlive, { workflowID: callId })(callId),
  ended: (callId) => DBOS.send(callId, true, 'ended', `ended-${callId}`),
});
