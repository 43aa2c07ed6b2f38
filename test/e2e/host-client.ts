import type { SpawnedHost } from '../support/spawned-host.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What a person or Graph would send to a local host. */
export interface HostClient {
  readonly host: SpawnedHost;
  /** Posts a notification with a good token, unless the options bring another. */
  notify(
    body: string,
    options?: {
      readonly contentType?: string;
      readonly authorization?: string | undefined;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<JsonAnswer>;
  getCall(callId: string): Promise<JsonAnswer>;
  /** The call's instance as the status API tells it. */
  getInstance(callId: string): Promise<JsonAnswer>;
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<JsonAnswer>;
  /** POST or another method to the control API of the simulated Graph. */
  control(method: string, path: string, body?: unknown): Promise<JsonAnswer>;
  /** Makes Graph know a call of which it tells nobody: whoever first hears of one at `established` asks Graph at once. */
  begin(callId: string): Promise<void>;
  /** A callback token with claims put over the good ones. */
  signToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

export function createHostClient(host: SpawnedHost): HostClient {
  const send = async (url: string, init: RequestInit = {}): Promise<JsonAnswer> => {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  const control: HostClient['control'] = (method, path, body) =>
    send(`${host.graphOrigin}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const signToken = async (claims = {}) =>
    String(Object((await control('POST', 'callback-tokens', claims)).body).token);
  let goodToken: Promise<string> | undefined;
  return {
    host,
    control,
    async begin(callId) {
      const silent = { callId, callbackUri: 'http://127.0.0.1:9/', establishAfterSeconds: 86_400 };
      const { status } = await control('POST', 'calls', silent);
      if (status !== 201) throw new Error(`The simulated Graph did not make call ${callId}: ${status}`);
    },
    signToken,
    async notify(body, options = {}) {
      goodToken ??= signToken();
      const authorization = 'authorization' in options ? options.authorization : `Bearer ${await goodToken}`;
      const headers = {
        'content-type': options.contentType ?? 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
        ...options.headers,
      };
      return send(`${host.origin}/api/notifications`, { method: 'POST', headers, body });
    },
    getCall: (callId) =>
      send(`${host.origin}/api/calls/${callId}`, { headers: { 'x-functions-key': host.functionKey } }),
    getInstance: (callId) =>
      send(`${host.origin}/runtime/webhooks/durabletask/instances/call-${callId}?code=${host.durableKey}`),
    get: (url, headers = {}) => send(url, { headers }),
  };
}
