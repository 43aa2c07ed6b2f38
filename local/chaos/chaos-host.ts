import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ChaosProcess, startProcess } from './child-process.ts';

const START = resolve(import.meta.dirname, '../start.ts');

/** The local host in a process of its own, always on the same port and folder. */
export interface ChaosHost {
  readonly callbackUri: string;
  /** Rejects when the host ends without having been killed. */
  readonly failed: Promise<never>;
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, without waiting until it serves. */
  restart(): void;
  /** Ids of calls that it still keeps alive. */
  runningCalls(): Promise<number>;
}

export interface ChaosHostOptions {
  readonly folder: string;
  readonly speed: number;
  readonly storage: 'sqlite' | 'memory';
  readonly graphOrigin: string;
  readonly storageConnectionString: string;
}

/** Starts it and waits until it serves. What it prints goes to `host.log` in the folder. */
export async function startChaosHost(options: ChaosHostOptions): Promise<ChaosHost> {
  const { folder, speed, storage } = options;
  const log = join(folder, 'host.log');
  const started = Promise.withResolvers<string>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let host: ChaosProcess;
  let port = '0';

  function restart(): void {
    const flags = ['--no-demo', '--no-auth', '--data', folder, '--storage', storage, '--traps', 'lost-events'];
    const settings = {
      GRAPH_BASE_URL: `${options.graphOrigin}/v1.0`,
      AzureWebJobsStorage: options.storageConnectionString,
    };
    const own = startProcess([START, ...flags, '--speed', String(speed), '--port', port], settings, (line) => {
      appendFileSync(log, `${line}\n`);
      const origin = /^App +(\S+)\/api\/health$/.exec(line)?.[1];
      if (origin !== undefined) started.resolve(origin);
    });
    host = own;
    void own.ended.then(() => {
      if (host === own) failure.reject(new Error(`The host ended by itself. See ${log}.`));
    });
  }

  restart();
  const origin = await Promise.race([started.promise, failure.promise]);
  port = new URL(origin).port;
  return {
    callbackUri: `${origin}/api/notifications`,
    failed: failure.promise,
    async kill() {
      const killed = host;
      host = { ended: Promise.resolve(), kill: async () => {} };
      await killed.kill();
    },
    restart,
    async runningCalls() {
      const query = 'instanceIdPrefix=call-&runtimeStatus=Pending,Running,Suspended&top=1000000&showInput=false';
      const answer = await fetch(`${origin}/runtime/webhooks/durabletask/instances?${query}`);
      const instances: unknown = await answer.json();
      return Array.isArray(instances) ? instances.length : Number.NaN;
    },
  };
}
