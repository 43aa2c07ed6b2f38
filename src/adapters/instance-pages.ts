import { Agent, request } from 'node:http';
import { isPlainObject, ownText } from '../core/values/plain-object.ts';

/** One answer of the engine's HTTP API to `GET instances`. */
export interface InstancePageAnswer {
  readonly status: number;
  readonly continuationToken?: string | undefined;
  /** JSON. */
  readonly body: string;
}

/** Asks for one page: `query` begins with `?`. Rejects when there is no answer. */
export type ReadInstancePage = (
  query: string,
  continuationToken: string | undefined,
  signal: AbortSignal,
) => Promise<InstancePageAnswer>;

/** Straight to the extension, which listens on this machine: never by a proxy. */
const agent = new Agent({ keepAlive: true });

/**
 * Pages of instances by the extension's HTTP API, for durable-functions joins all pages in memory and knows no prefix.
 *
 * Shape: the value of the `durableClient` input → a reader.  Errors: when that value names no address.
 * Effects: one GET per page.
 * Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-all-instances-status;
 * the binding's `rpcBaseUrl` is where durable-functions 3.5.0 itself sends its requests.
 */
export function createInstancePages(binding: unknown): ReadInstancePage {
  const baseUrl = parseBaseUrl(binding);
  return (query, continuationToken, signal) =>
    new Promise((resolve, reject) => {
      if (baseUrl === undefined) throw new Error('the durableClient input names no address of the extension');
      const headers = continuationToken === undefined ? {} : { 'x-ms-continuation-token': continuationToken };
      const asking = request(new URL(`instances/${query}`, baseUrl), { agent, headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const token = answer.headers['x-ms-continuation-token'];
          const continuationToken = typeof token === 'string' && token !== '' ? token : undefined;
          resolve({ status: answer.statusCode ?? 0, continuationToken, body: Buffer.concat(chunks).toString() });
        });
      });
      asking.on('error', reject);
      asking.end();
    });
}

function parseBaseUrl(binding: unknown): string | undefined {
  const value: unknown = typeof binding === 'string' ? JSON.parse(binding) : binding;
  return isPlainObject(value) ? ownText(value, 'rpcBaseUrl', 2_048) : undefined;
}
