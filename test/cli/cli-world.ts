import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { startVirtualWorld, type VirtualWorld, WORLD_START_MS, type WorldOptions } from '../support/virtual-world.ts';

export const TENANT = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
export const UNKNOWN_CALL = '11111111-2222-4333-8444-555555555555';

/** How one command is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; without it nobody pipes, and stdin is no terminal either. */
  readonly stdin?: string;
  /** A person sits there: everything is a terminal of this width. */
  readonly columns?: number;
  /** He has not typed the calls, though. */
  readonly stdinIsPiped?: true;
  /** What he types when he is asked. */
  readonly types?: string;
  readonly fetch?: typeof fetch;
  readonly folder?: string;
  readonly homeFolder?: string;
  /** Called instead of waiting. Abort the controller to press Ctrl-C. */
  readonly onSleep?: (ms: number, controller: AbortController) => unknown;
}

export interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process: everything it touches is in the options. */
export async function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const written = { out: '', err: '' };
  const controller = new AbortController();
  const screen = (name: 'out' | 'err') => ({
    write: (written_: string) => {
      written[name] += written_;
    },
    isTerminal: options.columns !== undefined,
    columns: () => options.columns,
    rows: () => undefined,
  });
  const io: CliIo = {
    env: options.env ?? {},
    folder: options.folder ?? '/nowhere',
    homeFolder: options.homeFolder ?? '/nowhere',
    out: screen('out'),
    err: screen('err'),
    stdin: {
      isTerminal: options.columns !== undefined && options.stdinIsPiped !== true,
      async *lines() {
        if (options.stdin !== undefined) yield* options.stdin.split('\n');
      },
    },
    fetch: options.fetch ?? fetch,
    signal: controller.signal,
    nowMs: () => WORLD_START_MS,
    async sleep(ms) {
      await options.onSleep?.(ms, controller);
      controller.signal.throwIfAborted();
    },
    async ask(question) {
      written.err += question;
      return options.types ?? '';
    },
  };
  const exitCode = await runCli(args, io);
  return { exitCode, ...written };
}

/** Calls of a bot whose notifications go elsewhere: Graph knows them, the app does not. */
export function beginElsewhere(world: Pick<VirtualWorld, 'graph'>, callIds: readonly string[]): void {
  for (const callId of callIds) world.graph.createCall({ callId, callbackUri: 'https://app.invalid/api/nobody' });
}

/** A virtual world whose app is served on loopback, behind one key. */
export interface CliWorld extends VirtualWorld {
  readonly url: string;
  /** Requests that came, such as `GET /api/calls?top=1000`. */
  readonly requests: readonly string[];
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
}

const KEY = 'the-key-of-this-world';
const OPEN_PATHS = /^\/api\/(notifications|health|openapi\.json|dashboard)/;

export async function startCliWorld(options: WorldOptions = {}): Promise<CliWorld> {
  const world = await startVirtualWorld(options);
  const requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    requests.push(`${method} ${url}`);
    const body = await text(incoming);
    if (!OPEN_PATHS.test(url) && headers['x-functions-key'] !== KEY) return outgoing.writeHead(401).end();
    const sent = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const answer = await world.request(method, url, { headers: sent, body });
    return outgoing
      .writeHead(answer.status, { ...answer.headers })
      .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
  return {
    ...world,
    url,
    requests,
    run: (args, { env, ...others } = {}) =>
      runCommand(args, { env: { CALL_KEEPALIVE_URL: url, CALL_KEEPALIVE_KEY: KEY, ...env }, ...others }),
  };
}

/** A folder of this test's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A `fetch` that gives prepared answers, one after the other, and remembers what it was asked. */
export function preparedFetch(...answers: readonly (Response | Error)[]) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = [];
  const queue = [...answers];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    asked.push({ url: String(input), init });
    const answer = queue.shift();
    if (answer === undefined) throw new Error('no answer is prepared for this request');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { fetch, asked };
}

export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function networkError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
}
