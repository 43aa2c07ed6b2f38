import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { alternate, median, medianRatio } from '../alternate.ts';
import type { Bench, Measurement } from '../bench.ts';
import { type Outside, startOutside } from '../outside/outside.ts';
import { sampleCallId, stateNotification } from '../sample-call.ts';
import { buildVariants } from './build-variants.ts';

const AIM = 1.8;
const REQUESTS = ['openapi', 'health', 'notification'] as const;

const PROGRAMS = ['bare', 'hello', 'unbundled', 'bundle'] as const;
type Program = (typeof PROGRAMS)[number];
type Asked = (typeof REQUESTS)[number];

/** One start: until the answer was there, and the CPU of the process until then (only Linux tells). */
interface Start {
  readonly ms: number;
  readonly cpuMs: number | undefined;
}

export const coldStart: Bench = {
  name: 'cold-start',
  about:
    'From the start of a process to its first 2xx. Bare = Node and its HTTP server, which answers without asking anybody; ' +
    'hello = the same as a function: @azure/functions and nothing else. ' +
    "Unbundled = the app with its packages in node_modules, bundle = what is shipped, both in the local host's worker, the same " +
    'for both. openapi.json asks nobody, health asks table and engine, the notification also the issuer, all on loopback. In ' +
    'turn, medians; CPU is that of all threads and tells most on a busy machine.',
  notMeasured:
    'the Functions host, fetching and unpacking the package, a cold disk, TLS, tokens of the managed identity (its packages ' +
    'load when the first one is needed).',
  async run(effort) {
    const outside = await startOutside();
    try {
      const { worker, hello, unbundled, bundle } = await buildVariants();
      const programs: Readonly<Record<Program, readonly [string, string]>> = {
        bare: [join(import.meta.dirname, 'bare.mjs'), ''],
        hello: [worker, hello],
        unbundled: [worker, unbundled],
        bundle: [worker, bundle],
      };
      const measurements: Measurement[] = [];
      for (const asked of REQUESTS) {
        measurements.push(...(await measure(outside, programs, asked, effort === 'full' ? 16 : 1)));
      }
      return measurements;
    } finally {
      await outside.close();
    }
  },
};

async function measure(
  outside: Outside,
  programs: Readonly<Record<Program, readonly [string, string]>>,
  asked: Asked,
  rounds: number,
): Promise<readonly Measurement[]> {
  const cpuMs: Record<Program, number[]> = { bare: [], hello: [], unbundled: [], bundle: [] };
  const start = (program: Program) => async () => {
    const started = await startOnce(outside, programs[program], asked);
    if (started.cpuMs !== undefined) cpuMs[program].push(started.cpuMs);
    return started.ms;
  };
  const starts = Object.fromEntries(PROGRAMS.map((program) => [program, start(program)]));
  const ms = await alternate(starts as Record<Program, () => Promise<number>>, rounds);
  const ratio = { what: `${asked}: bundle ÷ bare`, value: medianRatio(ms.bundle, ms.bare), unit: '×' };
  return [
    ...PROGRAMS.map((program) => ({ what: `${asked}: ${program}`, value: median(ms[program]), unit: 'ms' })),
    { what: `${asked}: hello ÷ bare`, value: medianRatio(ms.hello, ms.bare), unit: '×' },
    asked === 'health' ? { ...ratio, aim: { atMost: AIM } } : ratio,
    { what: `${asked}: bundle ÷ unbundled`, value: medianRatio(ms.bundle, ms.unbundled), unit: '×' },
    ...(cpuMs.bare.length === 0 ? [] : compareCpu(asked, cpuMs)),
  ];
}

function compareCpu(asked: Asked, { bare, unbundled, bundle }: Record<Program, number[]>): readonly Measurement[] {
  return [
    { what: `${asked}: CPU of bundle ÷ bare`, value: medianRatio(bundle, bare), unit: '×' },
    { what: `${asked}: CPU of bundle ÷ unbundled`, value: medianRatio(bundle, unbundled), unit: '×' },
  ];
}

let calls = 0;

function ask({ token }: Outside, origin: string, asked: Asked): Promise<Response> {
  switch (asked) {
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

async function startOnce(outside: Outside, program: readonly [string, string], asked: Asked): Promise<Start> {
  const [script, app] = program;
  const startedMs = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { ...outside.environment, APP_MAIN: app, CLIENT_BINDING: outside.clientBinding },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await once(createInterface({ input: child.stdout }), 'line');
  const answer = await ask(outside, String(origin), asked);
  const ms = performance.now() - startedMs;
  const cpuMs = processCpuMs(child.pid);
  await answer.arrayBuffer();
  child.kill('SIGKILL');
  await once(child, 'close');
  if (!answer.ok) throw new Error(`${script} ${app} answered ${asked} with ${answer.status}`);
  return { ms, cpuMs };
}

/** CPU of all its threads so far. Source: https://docs.kernel.org/scheduler/sched-stats.html (schedstat, in ns) */
function processCpuMs(pid: number | undefined): number | undefined {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(`${tasks}/${pid}/schedstat`)) return undefined;
  const inNs = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return inNs.reduce((sum, ns) => sum + ns, 0) / 1_000_000;
}
