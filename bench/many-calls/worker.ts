import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { pathToFileURL } from 'node:url';
import { createHttpHost } from '../../local/functions-host/create-http-host.ts';
import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { installFunctionsCore, loadFunctionApp } from '../../local/functions-host/functions-core.ts';

/** What one worker took for what it was started for. */
export interface WorkerResult {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set of the process. */
  readonly peakMb: number;
  readonly tableRequests: number;
  readonly engineRequests: number;
}

/**
 * Bundled and run as a process of its own: loads the app as the Functions worker does, and does one thing with it:
 * runs a timer function, or asks for a path.
 */
const { APP_MAIN = '', CLIENT_BINDING = '', TASK = '', ENGINE_ORIGIN = '', CALLS = '' } = process.env;
let tableRequests = 0;
let engineRequests = 0;
subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  if (`http://${request.getHeader('host')}` === ENGINE_ORIGIN) engineRequests++;
  else tableRequests++;
});

installFunctionsCore();
const registry = await loadFunctionApp(() => import(pathToFileURL(APP_MAIN).href));
const problems: string[] = [];
const invoke = createInvoke({
  registry,
  clientBinding: () => CLIENT_BINDING,
  log({ level, message }) {
    if (level === 'error' || level === 'warning') problems.push(message);
  },
});
const before = process.cpuUsage();
const startedMs = performance.now();
await (TASK.startsWith('/') ? get(TASK) : invoke(TASK, { json: '{}' }));
const seconds = (performance.now() - startedMs) / 1_000;
const { user, system } = process.cpuUsage(before);
if (problems.length > 0) throw new Error(problems[0]);
const peakMb = process.resourceUsage().maxRSS / 1_024;
const result: WorkerResult = { seconds, cpuSeconds: (user + system) / 1e6, peakMb, tableRequests, engineRequests };
console.log(JSON.stringify(result));
process.exit();

async function get(path: string): Promise<void> {
  const host = createHttpHost({ registry, invoke, keys: 'open', routePrefix: 'api' });
  const url = new URL(path, 'http://localhost');
  const { status, body = '' } = await host.handle({ method: 'GET', url, headers: {}, body: new Uint8Array() });
  const { counters } = JSON.parse(Buffer.from(body).toString());
  if (status !== 200 || counters.open !== Number(CALLS))
    throw new Error(`${path} tells ${status}, ${counters?.open} open`);
}
