import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** What durable-functions reads of an answer: `data` parsed if it is JSON, else as text. */
export interface DurableClientAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly data: unknown;
}

interface OwnHeaders {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Above the app's own limits for these requests, so that an abandoned one frees its socket. */
const TIMEOUT_MS = 65_000;

/**
 * In the bundle, what durable-functions takes for axios: its client sends three kinds of request to the host on the
 * same machine, and takes any status below 600. axios itself costs a cold start more than ten ms (see bench/RESULTS.md).
 *
 * Errors: the returned promises reject with Node's own network errors, which have a `code`. Effects: one request each;
 * no redirect is followed and no proxy is used.
 * Source: durable-functions 3.5.0, lib/src/durableClient/DurableClient.js.
 */
export const durableClientHttp = {
  create({ headers }: { readonly headers: { readonly post: Readonly<Record<string, string>> } }) {
    return {
      get: (url: string, own?: OwnHeaders) => send('GET', url, own?.headers),
      delete: (url: string, own?: OwnHeaders) => send('DELETE', url, own?.headers),
      post: (url: string, body?: string, own?: OwnHeaders) =>
        send('POST', url, { ...headers.post, ...own?.headers }, body),
    };
  },
};

function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<DurableClientAnswer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const length = method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {};
    const outgoing = request(url, { method, headers: { ...headers, ...length }, timeout: TIMEOUT_MS }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const data = parseIfJson(Buffer.concat(chunks).toString());
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, data });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
