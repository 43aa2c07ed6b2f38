import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { alternate, median, medianRatio } from '../alternate.ts';
import type { Bench, Measurement } from '../bench.ts';
import { type Outside, startOutside } from '../outside/outside.ts';
import { sampleCallId, stateNotification } from '../sample-call.ts';
import { buildVariants } from './build-variants.ts';

const AIM = 1.8;
const REQUESTS = ['openapi', 'health', 'notification'] as const;

export const coldStart: Bench = {
  name: 'cold-start',
  about:
    'From the start of a process to its first 2xx. Bare = Node and its HTTP server, which answers without asking anybody. ' +
    "Unbundled = the app with its packages in node_modules, bundle = what is shipped, both in the local host's worker, the same " +
    'for both. openapi.json asks nobody, health asks table and engine, the notification also the issuer, all on loopback. In turn, medians.',
  notMeasured:
    'the Functions host, fetching and unpacking the package, a cold disk, TLS, tokens of the managed identity (its packages ' +
    'load when the first one is needed).',
  async run(effort) {
    const outside = await startOutside();
    try {
      const { worker, unbundled, bundle } = await buildVariants();
      const programs = {
        bare: [join(import.meta.dirname, 'bare.mjs'), ''],
        unbundled: [worker, unbundled],
        bundle: [worker, bundle],
      } as const;
      const measurements: Measurement[] = [];
      for (const request of REQUESTS) {
        const start = ([program, app]: readonly [string, string]) => firstAnswerMs(outside, program, app, request);
        const variants = {
          bare: () => start(programs.bare),
          unbundled: () => start(programs.unbundled),
          bundle: () => start(programs.bundle),
        };
        measurements.push(...compare(request, await alternate(variants, effort === 'full' ? 16 : 1)));
      }
      return measurements;
    } finally {
      await outside.close();
    }
  },
};

function compare(
  request: (typeof REQUESTS)[number],
  values: Readonly<Record<'bare' | 'unbundled' | 'bundle', readonly number[]>>,
): readonly Measurement[] {
  const ratio = { what: `${request}: bundle ÷ bare`, value: medianRatio(values.bundle, values.bare), unit: '×' };
  return [
    { what: `${request}: bare`, value: median(values.bare), unit: 'ms' },
    { what: `${request}: unbundled`, value: median(values.unbundled), unit: 'ms' },
    { what: `${request}: bundle`, value: median(values.bundle), unit: 'ms' },
    { what: `${request}: unbundled ÷ bare`, value: medianRatio(values.unbundled, values.bare), unit: '×' },
    request === 'health' ? { ...ratio, aim: { atMost: AIM } } : ratio,
    { what: `${request}: bundle ÷ unbundled`, value: medianRatio(values.bundle, values.unbundled), unit: '×' },
  ];
}

let calls = 0;

function ask({ token }: Outside, origin: string, request: (typeof REQUESTS)[number]): Promise<Response> {
  switch (request) {
    case 'openapi':
      return fetch(`${origin}/api/openapi.json`);
    case 'health':
      return fetch(`${origin}/api/health`);
    case 'notification':
      return fetch(`${origin}/api/notifications`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: stateNotification(sampleCallId(++calls), 'established'),
      });
  }
}

async function firstAnswerMs(
  outside: Outside,
  program: string,
  app: string,
  request: (typeof REQUESTS)[number],
): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program], {
    env: { ...outside.environment, APP_MAIN: app, CLIENT_BINDING: outside.clientBinding },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await once(createInterface({ input: child.stdout }), 'line');
  const answer = await ask(outside, String(origin), request);
  const tookMs = performance.now() - startedMs;
  await answer.arrayBuffer();
  child.kill('SIGKILL');
  await once(child, 'close');
  if (!answer.ok) throw new Error(`${program} ${app} answered ${request} with ${answer.status}`);
  return tookMs;
}
