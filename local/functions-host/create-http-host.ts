import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../src/adapters/clock.ts';
import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import { type AuthLevel, type KeyPolicy, mayCallFunction, refuseWebhook } from './authorize.ts';
import type { FunctionRegistry, RegisteredFunction } from './function-registry.ts';
import { createHttpRouter } from './http-router.ts';
import type { Invoke } from './invocation.ts';
import { type HttpListener, listenHttp } from './listen-http.ts';
import { fromRpcHttp, toRpcHttp } from './rpc-http.ts';
import { createRunTimerNow } from './run-timer-now.ts';

export interface HttpHostOptions {
  readonly registry: FunctionRegistry;
  readonly invoke: Invoke;
  readonly keys: KeyPolicy;
  /** Host.json's `extensions.http.routePrefix`; '' for none. */
  readonly routePrefix: string;
  /** The HTTP API of the Durable extension; it gets URLs under `/runtime/webhooks/durabletask/` only. */
  readonly durable?: { handle(request: HttpMessageRequest): Promise<HttpMessageResponse> };
  /** Takes what the durable API throws, which is a defect of the extension. Functions log their own failures. */
  readonly onDurableError?: (error: unknown) => void;
  readonly clock?: Clock;
}

export interface HttpHost {
  /** Answers one request without a socket, as a request from outside: routes, keys, webhooks. Never rejects. */
  handle(request: HttpMessageRequest): Promise<HttpMessageResponse>;
  /**
   * Serves `handle`. Sets `WEBSITE_HOSTNAME` of this process to the host and port, as the real host does: without it
   * durable-functions rewrites its URLs to localhost:7071. The library reads nothing but whether it is set, so several
   * hosts in one process do not disturb each other; the value is that of the last one.
   *
   * Errors: Error naming `--port` when the port is taken.
   */
  listen(options: { readonly port: number; readonly host?: string }): Promise<HttpListener>;
  /**
   * Serves the durable API without keys on a random port of 127.0.0.1, for the durable client of the app itself:
   * `rpcBaseUrl`, which nobody can guess, belongs into the client binding. Sets `WEBSITE_HOSTNAME` when it is not set.
   */
  listenRpc(): Promise<HttpListener & { readonly rpcBaseUrl: string }>;
}

/** The limit of the Functions host. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits */
const maxBodyBytes = 100 * 1024 * 1024;
const webhookPath = '/runtime/webhooks/durabletask/';
const rpcPath = '/durabletask/';

/**
 * The HTTP side of the Functions host: function routes with their keys, the durable webhooks, `/admin/host/ping`,
 * `/admin/functions/{name}` for timers.
 *
 * Statuses of its own: 401/403 keys, 404 unknown route or method, 413 body over 100 MB, 500 (no body) a function that
 * failed, 204 one that returned nothing.
 * Source: reference behaviour seen on Functions host 4.1037; azure-functions-host, FunctionInvocationMiddleware.cs.
 */
export function createHttpHost(options: HttpHostOptions): HttpHost {
  const { durable, keys, clock = systemClock } = options;
  const router = createHttpRouter(options.registry, options.routePrefix);
  const runTimerNow = createRunTimerNow(options);

  async function askDurable(request: HttpMessageRequest): Promise<HttpMessageResponse> {
    if (!durable) return { status: 404 };
    try {
      return await durable.handle(request);
    } catch (error) {
      options.onDurableError?.(error);
      return { status: 500 };
    }
  }

  async function answer(request: HttpMessageRequest): Promise<HttpMessageResponse> {
    if (request.body.byteLength > maxBodyBytes) return { status: 413 };
    const { pathname } = request.url;
    if (pathname === '/admin/host/ping') return { status: 200 };
    const timerAnswer = runTimerNow(request);
    if (timerAnswer !== undefined) return timerAnswer;
    if (durable && pathname.startsWith(webhookPath)) {
      const refusal = refuseWebhook(request, keys);
      return refusal ? refuse(refusal) : notToBeStored(await askDurable(request));
    }
    const match = router.match(request.method, pathname);
    if (!match) return { status: 404 };
    if (!mayCallFunction(request, authLevel(match.registered), keys)) return { status: 401 };
    return fromRpcHttp(await options.invoke(match.registered.name, toRpcHttp(request, match.params)));
  }

  const handle = (request: HttpMessageRequest) => finish(request, () => answer(request));
  const secret = `/${randomBytes(24).toString('base64url')}`;
  const handleRpc = (request: HttpMessageRequest) =>
    finish(request, async () => {
      const url = new URL(request.url);
      if (!url.pathname.startsWith(secret + rpcPath)) return { status: 404 };
      url.pathname = url.pathname.slice(secret.length);
      return askDurable({ ...request, url });
    });

  return {
    handle,
    async listen({ port, host = '127.0.0.1' }) {
      const listener = await listenHttp(handle, { port, host, maxBodyBytes, clock });
      process.env.WEBSITE_HOSTNAME = new URL(listener.origin).host;
      return listener;
    },
    async listenRpc() {
      const listener = await listenHttp(handleRpc, { port: 0, host: '127.0.0.1', maxBodyBytes, clock });
      process.env.WEBSITE_HOSTNAME ??= new URL(listener.origin).host;
      return { ...listener, rpcBaseUrl: `${listener.origin}${secret}${rpcPath}` };
    },
  };
}

/** As the real host does for the durable webhooks. */
function refuse(status: 401 | 403): HttpMessageResponse {
  return status === 401 ? { status, headers: { 'www-authenticate': 'Bearer' } } : { status };
}

/** Its address may hold a key, its body another. */
function notToBeStored(response: HttpMessageResponse): HttpMessageResponse {
  return { ...response, headers: { ...response.headers, 'cache-control': 'no-store' } };
}

/** A failure is a 500 without a body: the invocation has logged it. The answer to HEAD has no body either. */
async function finish(
  request: HttpMessageRequest,
  answer: () => Promise<HttpMessageResponse>,
): Promise<HttpMessageResponse> {
  const response = await answer().catch((): HttpMessageResponse => ({ status: 500 }));
  return request.method.toUpperCase() === 'HEAD' ? { ...response, body: '' } : response;
}

function authLevel({ trigger: { authLevel: level } }: RegisteredFunction): AuthLevel {
  return level === 'anonymous' || level === 'admin' ? level : 'function';
}
