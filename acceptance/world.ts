import { randomUUID } from 'node:crypto';
import type { AcceptanceOptions } from './acceptance-options.ts';
import { eventually } from './eventually.ts';
import { at, expectEqual, expectStatus } from './expect.ts';
import { type HostKeys, loadHostKeys } from './host-keys.ts';
import { type Answer, createHttpClient, type HttpClient, type HttpRequestOptions } from './http-client.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type StorageProxy, startStorageProxy } from './storage-proxy.ts';

export type CallState = 'incoming' | 'establishing' | 'ringing' | 'established' | 'terminated';

/** What the checks see and do: the app, the simulated Graph, and what the app sends to us. */
export interface World {
  readonly options: AcceptanceOptions;
  /** Whether the host was said to ask for keys. */
  readonly hasKeys: boolean;
  readonly anonymous: HttpClient;
  /** With the function key. */
  readonly operator: HttpClient;
  /** With the master key. */
  readonly admin: HttpClient;
  readonly bot: Receiver | undefined;
  readonly webhook: Receiver | undefined;
  readonly storageProxy: StorageProxy | undefined;
  /** How long an effect may take. */
  readonly patienceMs: number;
  /** The status API of Durable Functions, below `/runtime/webhooks/durabletask`. */
  durable(method: string, path: string, options?: HttpRequestOptions): Promise<Answer>;
  /** The control API of the simulated Graph, below `/control`. */
  graph(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A callback token as Graph signs it, with claims put over the good ones. */
  signToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Posts a notification body with a good token, unless `headers` bring another. */
  notify(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Begins a call on the simulated Graph, which tells the app of it, unless the options name another `callbackUri`. */
  beginCall(options?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The same, and resolves once the app runs an orchestration for it. */
  beginRunningCall(): Promise<string>;
  /** Hangs up on the simulated Graph, and resolves once the orchestration has come to its end. */
  hangUp(callId: string): Promise<void>;
  /** Resolves once the call's instance is as expected. */
  untilInstance(callId: string, expected: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Resolves once `GET /api/calls/{callId}` shows these members. */
  untilCall(callId: string, expected: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** A `callbackUri` under which nobody listens. */
export const NOBODY = 'http://127.0.0.1:9/nobody';

/** A notification of one call in that state, as Graph writes it. Source: https://learn.microsoft.com/graph/api/resources/call */
export function toNotification(callId: string, state: CallState): object {
  return { value: [toEntry(callId, state)] };
}

export function toEntry(callId: string, state: CallState): object {
  return {
    '@odata.type': '#microsoft.graph.commsNotification',
    changeType: state === 'terminated' ? 'deleted' : 'updated',
    resource: `/app/calls/${callId}`,
    resourceUrl: `/communications/calls/${callId}`,
    resourceData: { '@odata.type': '#microsoft.graph.call', id: callId, state },
  };
}

/** Opens what the options name. Errors: Error when a port is taken or the keys cannot be read.  Effects: listeners until `close`. */
export async function openWorld(options: AcceptanceOptions): Promise<World & { close(): void }> {
  const keys = await loadHostKeys(options.keys);
  const patienceMs = options.patienceSeconds * 1_000;
  const anonymous = createHttpClient(options.url);
  const bot = options.botPort === undefined ? undefined : await startReceiver(options.botPort);
  const webhook = options.webhookPort === undefined ? undefined : await startReceiver(options.webhookPort);
  const storageProxy = options.storageProxy === undefined ? undefined : await startStorageProxy(options.storageProxy);
  const durable = withKey(anonymous, keys.durable ?? keys.master, '/runtime/webhooks/durabletask');
  const operator = withKey(anonymous, keys.function ?? keys.master);
  const toGraph = talkToGraph(options, anonymous);
  const untilInstance: World['untilInstance'] = (callId, expected) =>
    until(patienceMs, `instance call-${callId}`, () => durable('GET', `/instances/call-${callId}`), expected);
  return {
    options,
    hasKeys: hasAny(keys),
    anonymous,
    operator,
    admin: withKey(anonymous, keys.master),
    bot,
    webhook,
    storageProxy,
    patienceMs,
    durable,
    ...toGraph,
    async beginRunningCall() {
      const callId = await toGraph.beginCall();
      await untilInstance(callId, { runtimeStatus: 'Running' });
      return callId;
    },
    async hangUp(callId) {
      expectStatus('hanging up', await toGraph.graph('DELETE', `/calls/${callId}`), 204);
      await untilInstance(callId, { runtimeStatus: 'Completed' });
    },
    untilInstance,
    untilCall: (callId, expected) =>
      until(patienceMs, `call ${callId}`, () => operator('GET', `/api/calls/${callId}`), expected),
    close() {
      for (const open of [bot, webhook, storageProxy]) open?.close();
    },
  };
}

function talkToGraph({ url, graph: origin }: AcceptanceOptions, anonymous: HttpClient) {
  const client = createHttpClient(origin ?? 'http://no-simulated-graph.invalid');
  const graph: World['graph'] = (method, path, body) =>
    client(method, `/control${path}`, body === undefined ? {} : { body });
  const signToken: World['signToken'] = async (claims = {}) => {
    const answer = await graph('POST', '/callback-tokens', claims);
    expectStatus('a token of the simulated Graph', answer, 200);
    return String(at(answer.body, 'token'));
  };
  return {
    graph,
    signToken,
    notify: async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      anonymous('POST', '/api/notifications', {
        body,
        headers: { authorization: `Bearer ${await signToken()}`, ...headers },
      }),
    async beginCall(callOptions: Readonly<Record<string, unknown>> = {}) {
      const callId = randomUUID();
      const body = { callbackUri: `${url}/api/notifications`, callId, establishAfterSeconds: 0, ...callOptions };
      expectStatus('a new call of the simulated Graph', await graph('POST', '/calls', body), 201);
      return callId;
    },
  };
}

function withKey(client: HttpClient, key: string | undefined, below = ''): HttpClient {
  return (method, path, options = {}) =>
    client(method, `${below}${path}`, {
      ...options,
      headers: { ...(key === undefined ? {} : { 'x-functions-key': key }), ...options.headers },
    });
}

async function until(
  patienceMs: number,
  subject: string,
  ask: () => Promise<Answer>,
  expected: Readonly<Record<string, unknown>>,
) {
  return eventually(patienceMs, async () => {
    const { body } = await ask();
    for (const [path, value] of Object.entries(expected)) expectEqual(`${subject}, ${path}`, at(body, path), value);
    return body;
  });
}

function hasAny(keys: HostKeys): boolean {
  return Object.values(keys).some((key) => key !== undefined);
}
