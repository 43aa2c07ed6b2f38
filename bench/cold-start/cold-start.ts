import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { alternate, median, medianRatio } from '../alternate.ts';
import type { Bench } from '../bench.ts';
import { type Outside, startOutside } from '../outside/outside.ts';
import { sampleCallId, stateNotification } from '../sample-call.ts';
import { buildVariants } from './build-variants.ts';

export const coldStart: Bench = {
  name: 'cold-start',
  about:
    'From the start of a process to the 202 of its first notification, which asks issuer, table and engine, all on ' +
    "loopback. Unbundled = the app with its packages in node_modules, bundle = what is shipped, both in the local host's " +
    "worker; bare = Node and its HTTP server, which answers without asking anybody: the machine's own unit. In turn, medians.",
  notMeasured:
    'the Functions host, fetching and unpacking the package, a cold disk, TLS, tokens of the managed identity (its packages ' +
    'load when the first one is needed).',
  async run(effort) {
    const outside = await startOutside();
    try {
      const { worker, unbundled, bundle } = await buildVariants();
      const variants = {
        bare: () => startOnce(outside, join(import.meta.dirname, 'bare.mjs'), ''),
        unbundled: () => startOnce(outside, worker, unbundled),
        bundle: () => startOnce(outside, worker, bundle),
      };
      const ms = await alternate(variants, effort === 'full' ? 16 : 1);
      const ofUnbundled = medianRatio(ms.bundle, ms.unbundled);
      const ofBare = medianRatio(ms.bundle, ms.bare);
      return [
        { what: 'first 202: bare', value: median(ms.bare), unit: 'ms' },
        { what: 'first 202: unbundled', value: median(ms.unbundled), unit: 'ms' },
        { what: 'first 202: bundle', value: median(ms.bundle), unit: 'ms' },
        { what: 'first 202: bundle ÷ unbundled', value: ofUnbundled, unit: '×', aim: { atMost: 0.6 } },
        { what: 'first 202: bundle, in starts of bare Node', value: ofBare, unit: '×' },
      ];
    } finally {
      await outside.close();
    }
  },
};

let calls = 0;

/** How long it took, in ms. */
async function startOnce(outside: Outside, worker: string, app: string): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [worker], {
    env: { ...outside.environment, APP_MAIN: app, CLIENT_BINDING: outside.clientBinding },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await once(createInterface({ input: child.stdout }), 'line');
  const answer = await fetch(`${origin}/api/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${outside.token}` },
    body: stateNotification(sampleCallId(++calls), 'established'),
  });
  const ms = performance.now() - startedMs;
  await answer.arrayBuffer();
  child.kill('SIGKILL');
  await once(child, 'close');
  if (answer.status !== 202) throw new Error(`${app || worker} answered the notification with ${answer.status}`);
  return ms;
}
