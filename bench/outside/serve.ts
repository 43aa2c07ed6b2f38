import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createCallbackTokens } from '../../local/simulated-graph/callback-tokens.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { Served } from './outside.ts';

/**
 * Run as a process of its own by outside.ts: the table of calls, the durable client's endpoint, Graph and the issuer's
 * keys. Answers at once from memory.
 */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = { 'content-type': 'application/json' };
const account = 'account';
const rows = new Map<string, string>();
const tokens = createCallbackTokens({ clock: systemClock, botAppId: SAMPLE_BOT_APP_ID, tenantId: SAMPLE_TENANT_ID });
let origin = '';

const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => void serve(incoming, outgoing));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const served: Served = { origin, account, token: tokens.sign() };
  console.log(JSON.stringify(served));
});

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  const { status, headers = {}, body = '' } = answer(incoming.method ?? '', incoming.url ?? '', text);
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}

function answer(method: string, path: string, body: string): Answer {
  if (path.startsWith(`/${account}/`)) return answerTable(method, path, body);
  if (path.startsWith('/durabletask/orchestrators/')) return { status: 202, headers: json, body: '{"id":"call"}' };
  if (path.startsWith('/durabletask/')) return { status: 404 };
  if (path.startsWith('/v1.0/')) return { status: 200, headers: { ...json, 'request-id': 'request' } };
  if (path === '/keys') return { status: 200, headers: json, body: JSON.stringify(tokens.keySet()) };
  return { status: 200, headers: json, body: JSON.stringify({ jwks_uri: `${origin}/keys` }) };
}

/** Rows as they were sent. Source of the shapes: https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api */
function answerTable(method: string, path: string, body: string): Answer {
  const etag = `W/"datetime'2026-01-05T08%3A00%3A00.0000000Z'"`;
  if (method === 'POST') {
    const { PartitionKey, RowKey } = JSON.parse(body);
    rows.set(`${PartitionKey} ${RowKey}`, body);
    return { status: 204, headers: { etag } };
  }
  const [, partitionKey, rowKey] = /PartitionKey='([^']*)',RowKey='([^']*)'/.exec(decodeURIComponent(path)) ?? [];
  const key = `${partitionKey} ${rowKey}`;
  const row = rows.get(key);
  if (row === undefined) {
    const error = { 'odata.error': { code: 'ResourceNotFound', message: { lang: 'en-US', value: 'not found' } } };
    return { status: 404, headers: json, body: JSON.stringify(error) };
  }
  if (method === 'GET') return { status: 200, headers: { ...json, etag }, body: `{"odata.etag":"e",${row.slice(1)}` };
  rows.set(key, body);
  return { status: 204, headers: { etag } };
}
