import { parseArgs } from 'node:util';
import { systemClock } from '../../src/adapters/clock.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../start-environment.ts';
import { whenAskedToStop } from '../when-asked-to-stop.ts';
import { createSimulatedGraph } from './simulated-graph.ts';

const HELP = `The simulated Microsoft Graph: calls, notifications, keepAlive, on 127.0.0.1.

  npm run simulated-graph -- [--port N] [--speed S]

  --port N    port to listen on (default 7072; 0 = a free one)
  --speed S   divide every duration of a call's life by S, its 45 minutes too (default 1)
  --help      show this

Environment: BOT_APP_ID and BOT_TENANT_ID, the bot that the calls belong to.
Then: POST /control/calls {"callbackUri":"http://127.0.0.1:7071/api/notifications"}; GET /control/calls.
Who is in a call: POST /control/rosters {"callId":"…","participants":[{"who":"bot"},{"who":"alex"}]}.
The end of a call: DELETE /control/calls/{id} {"code":408,"subcode":8537,"message":"…"}; without a body it is hung up.
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`simulated-graph: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7072' },
      speed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error('--port: must be a whole number from 0 to 65535.');
  const timeScale = Number(values.speed);
  if (!(timeScale > 0 && Number.isFinite(timeScale))) throw new Error('--speed: must be a number above 0.');
  const graph = createSimulatedGraph({
    clock: systemClock,
    botAppId: process.env.BOT_APP_ID || SAMPLE_BOT_APP_ID,
    tenantId: process.env.BOT_TENANT_ID || SAMPLE_TENANT_ID,
    timeScale,
    log: (line) => process.stdout.write(`${line}\n`),
  });
  const listener = await graph.listen({ port });
  process.stdout.write(`simulated Graph: ${listener.origin}/v1.0, control API: ${listener.origin}/control/calls\n`);
  whenAskedToStop(() => {
    graph.stop();
    void listener.close();
  });
}
