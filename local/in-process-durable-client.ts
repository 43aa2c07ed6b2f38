import type { DurableClient } from 'durable-functions';
import type { Clock } from '../src/adapters/clock.ts';
import { createDurableCalls, type DurableCallsOptions, type DurableHub } from '../src/adapters/durable-calls.ts';
import type { ReadInstancePage } from '../src/adapters/instance-pages.ts';
import type { HttpMessageRequest, HttpMessageResponse } from './http-message.ts';

type Handle = (request: HttpMessageRequest) => Promise<HttpMessageResponse>;

/** What the app asks of the engine, of an engine in this process. */
export function createInProcessDurableCalls(
  client: () => DurableClient,
  handle: Handle,
  clock: Clock,
  options: Pick<DurableCallsOptions, 'pause'> = {},
): DurableHub {
  return createDurableCalls(() => withoutSockets(client(), handle), clock, {
    ...options,
    readPage: pagesWithoutSockets(handle),
  });
}

/**
 * Takes the socket out of a durable client: the real client of durable-functions, its requests and answers, but handed
 * to the engine of this process directly. For simulations, where sockets would cost determinism and time.
 *
 * Effects: replaces the client's HTTP member; durable-functions 3.5.0 keeps an axios instance there.
 */
function withoutSockets(client: DurableClient, handle: Handle): DurableClient {
  const send = async (method: string, url: string, body: string, headers: Readonly<Record<string, string>>) => {
    const answer = await handle({ method, url: new URL(url), headers, body: new TextEncoder().encode(body) });
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
    return { status: answer.status, headers: answer.headers ?? {}, data: toData(text) };
  };
  const json = { 'content-type': 'application/json' };
  const axiosInstance = {
    get: (url: string, config?: { readonly headers: Readonly<Record<string, string>> }) =>
      send('GET', url, '', config?.headers ?? {}),
    delete: (url: string) => send('DELETE', url, '', {}),
    post: (url: string, body = '') => send('POST', url, body, json),
  };
  return Object.assign(client, { axiosInstance });
}

/** As axios does: JSON where it is JSON, else the text. */
function toData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The pages of instances of the same engine. */
function pagesWithoutSockets(handle: Handle): ReadInstancePage {
  return async (query, continuationToken) => {
    const headers = continuationToken === undefined ? {} : { 'x-ms-continuation-token': continuationToken };
    const url = new URL(`http://engine.example/durabletask/instances/${query}`);
    const answer = await handle({ method: 'GET', url, headers, body: new Uint8Array() });
    const body = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body);
    return { status: answer.status, continuationToken: answer.headers?.['x-ms-continuation-token'], body };
  };
}
