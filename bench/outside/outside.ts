import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildClientBinding } from '../../local/durable-extension/client-binding.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';

/** What serve.ts says once it listens. */
export interface Served {
  readonly origin: string;
  readonly account: string;
  /** A good callback token, for an hour. */
  readonly token: string;
}

/**
 * Everything around the app, as cheap as it can be and in a process of its own, so that what is measured here is the
 * app and not its neighbours.
 */
export interface Outside extends Served {
  /** The app's settings that lead here. */
  readonly environment: Readonly<Record<string, string>>;
  /** The JSON of the durable client binding. */
  readonly clientBinding: string;
  close(): Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/serve.ts`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const served: Served = JSON.parse(line);
  const { origin, account } = served;
  const key = Buffer.alloc(64).toString('base64');
  return {
    ...served,
    environment: {
      BOT_APP_ID: SAMPLE_BOT_APP_ID,
      BOT_TENANT_ID: SAMPLE_TENANT_ID,
      BOT_CREDENTIAL: 'localDevelopment',
      GRAPH_BASE_URL: `${origin}/v1.0`,
      CALLBACK_OPENID_METADATA_URL: `${origin}/metadata`,
      AzureWebJobsStorage: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=${origin}/${account};`,
    },
    clientBinding: buildClientBinding({
      hubName: 'CallKeepalive',
      origin,
      systemKey: '',
      rpcBaseUrl: `${origin}/durabletask/`,
    }),
    async close() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}
