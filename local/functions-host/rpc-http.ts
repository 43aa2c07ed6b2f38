import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import type { RpcTypedData } from './invocation.ts';
import { type RpcHttpCookie, toSetCookie } from './to-set-cookie.ts';

/**
 * A request as the host hands it to the worker.
 *
 * - A header or query name that came several times arrives as one value, joined with a comma; so a second
 *   `Authorization` does not vanish but spoils the first.
 * - **The body of a request with `Transfer-Encoding: chunked` does not arrive.** The host reads a body only when
 *   Content-Length is above 0 (unless the app uses HTTP streaming).
 *
 * Source: azure-functions-host, GrpcMessageConversionExtensions.cs (`ToRpcHttp`).
 */
export function toRpcHttp(request: HttpMessageRequest, params: Readonly<Record<string, string>>): RpcTypedData {
  const { url, method, headers, body } = request;
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((k) => [k, url.searchParams.getAll(k).join(',')]),
  );
  const chunked = /\bchunked\b/i.test(headers['transfer-encoding'] ?? '');
  return {
    http: {
      method: method.toUpperCase(),
      url: url.href,
      nullableHeaders: toNullable(headers),
      nullableQuery: toNullable(query),
      nullableParams: toNullable(params),
      ...(body.byteLength > 0 && !chunked ? { body: { bytes: body } } : {}),
    },
  };
}

/**
 * The answer of an HTTP function, from what the worker returned. A function that returns nothing is a 204.
 *
 * Several cookies become several lines of one `set-cookie` value: a line break cannot be part of a cookie.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-output
 */
export function fromRpcHttp(returnValue: unknown): HttpMessageResponse {
  if (!isRpcHttp(returnValue)) return { status: 204 };
  const { statusCode, headers, cookies, body } = returnValue;
  const setCookie = [headers?.['set-cookie'], ...(cookies ?? []).map(toSetCookie)].filter((line) => line !== undefined);
  return {
    status: Number(statusCode ?? 200),
    headers: { ...headers, ...(setCookie.length > 0 ? { 'set-cookie': setCookie.join('\n') } : {}) },
    body: body?.bytes ?? new Uint8Array(),
  };
}

interface RpcHttpAnswer {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcHttpCookie[];
  readonly body?: { readonly bytes?: Uint8Array } | null;
}

/** @azure/functions made it: an object with a status is one of its answers. */
function isRpcHttp(value: unknown): value is RpcHttpAnswer {
  return typeof value === 'object' && value !== null && 'statusCode' in value;
}

function toNullable(values: Readonly<Record<string, string>>): Record<string, { readonly value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
