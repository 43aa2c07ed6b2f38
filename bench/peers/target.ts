import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createCallbackTokens } from '../../local/simulated-graph/callback-tokens.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { systemClock } from '../../src/adapters/clock.ts';

/** What every candidate posts its keepAlives to: it notes when they arrive and answers 200, also after a call's end. */
export interface Target {
  readonly origin: string;
  /** Arrivals by call id, in ms of `performance.now()`. */
  readonly beats: ReadonlyMap<string, readonly number[]>;
  /** Calls it at each arrival. Returns the function that ends it. */
  watch(onBeat: (callId: string) => void): () => void;
  answerDelayMs: number;
  token(): string;
  /** A connection string for a table that is kept here, in memory: what the table costs is then nobody's. */
  readonly tableConnection: string;
  clear(): void;
  close(): Promise<void>;
}

/** Azurite's well-known account, which is no secret. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const KEEP_ALIVE = /\/calls\/([0-9a-f-]+)\/keepalive$/i;

export async function startTarget(): Promise<Target> {
  const tokens = createCallbackTokens({ clock: systemClock, botAppId: SAMPLE_BOT_APP_ID, tenantId: SAMPLE_TENANT_ID });
  const beats = new Map<string, number[]>();
  const rows = new Map<string, string>();
  const watchers = new Set<(callId: string) => void>();
  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    const path = incoming.url ?? '';
    const callId = KEEP_ALIVE.exec(path)?.[1];
    if (callId !== undefined) {
      note(callId);
      incoming.resume();
      if (target.answerDelayMs > 0) await wait(target.answerDelayMs);
      outgoing.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const answer = path.startsWith(`/${ACCOUNT}/`)
      ? answerTable(rows, incoming.method ?? '', path, body)
      : { status: 200, body: path.endsWith('/keys') ? JSON.stringify(tokens.keySet()) : metadata(target.origin) };
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
  });
  const note = (callId: string) => {
    const known = beats.get(callId);
    if (known === undefined) beats.set(callId, [performance.now()]);
    else known.push(performance.now());
    for (const watcher of [...watchers]) watcher(callId);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const target: Target = {
    origin,
    beats,
    watch(onBeat) {
      watchers.add(onBeat);
      return () => watchers.delete(onBeat);
    },
    answerDelayMs: 0,
    token: () => tokens.sign(),
    tableConnection: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};TableEndpoint=${origin}/${ACCOUNT};`,
    clear() {
      beats.clear();
      rows.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return target;
}

const metadata = (origin: string) =>
  JSON.stringify({
    issuer: 'https://api.botframework.com',
    jwks_uri: `${origin}/v1/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  });

/** Source of the shapes: https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api */
function answerTable(rows: Map<string, string>, method: string, path: string, body: string) {
  const headers = { etag: `W/"datetime'2026-01-05T08%3A00%3A00.0000000Z'"` };
  if (method === 'POST') {
    const { PartitionKey, RowKey } = JSON.parse(body);
    rows.set(`${PartitionKey} ${RowKey}`, body);
    return { status: 204, headers };
  }
  const [, partition, key] = /PartitionKey='([^']*)',RowKey='([^']*)'/.exec(decodeURIComponent(path)) ?? [];
  if (partition === undefined) return { status: 200, body: '{"value":[]}' };
  const row = rows.get(`${partition} ${key}`);
  if (row === undefined) {
    const error = { 'odata.error': { code: 'ResourceNotFound', message: { lang: 'en-US', value: 'not found' } } };
    return { status: 404, body: JSON.stringify(error) };
  }
  if (method !== 'GET') {
    rows.set(`${partition} ${key}`, body);
    return { status: 204, headers };
  }
  return { status: 200, headers, body: `{"odata.etag":${JSON.stringify(headers.etag)},${row.slice(1)}` };
}
