import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { durableClientHttp } from '../../src/adapters/durable-client-http.ts';
import { startLoopbackServer } from './loopback-server.ts';

/** The very axios that durable-functions takes when it is not bundled, made as its client makes it. */
const requireAsDurableFunctions = createRequire(createRequire(import.meta.url).resolve('durable-functions'));
const axios = requireAsDurableFunctions('axios').default.create({
  validateStatus: (status: number) => status < 600,
  headers: { post: { 'Content-Type': 'application/json' } },
  maxContentLength: Number.POSITIVE_INFINITY,
});
const own = durableClientHttp.create({ headers: { post: { 'Content-Type': 'application/json' } } });

interface Case {
  readonly says: string;
  readonly ask: (client: typeof own, url: string) => Promise<{ readonly status: number; readonly data: unknown }>;
  readonly answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
}

const json = { 'content-type': 'application/json' };

const CASES: readonly Case[] = [
  {
    says: 'the status of an instance',
    ask: (client, url) => client.get(`${url}/instances/call-1?showInput=true`),
    answer: { status: 200, headers: json, body: '{"runtimeStatus":"Running","customStatus":{"name":"Zoë"}}' },
  },
  {
    says: 'a status that asks for the next page',
    ask: (client, url) => client.get(`${url}/instances/`, { headers: { 'x-ms-continuation-token': 'next' } }),
    answer: { status: 200, headers: { ...json, 'x-ms-continuation-token': 'more' }, body: '[]' },
  },
  {
    says: 'an instance that nobody knows',
    ask: (client, url) => client.get(`${url}/instances/call-2`),
    answer: { status: 404 },
  },
  {
    says: 'a start with an input',
    ask: (client, url) => client.post(`${url}/orchestrators/keepCallAlive/call-3`, '{"callId":"Zoë"}', { headers: {} }),
    answer: { status: 202, headers: json, body: '{"id":"call-3"}' },
  },
  {
    says: 'a start inside a trace',
    ask: (client, url) => client.post(`${url}/orchestrators/x/call-4`, '{}', { headers: { traceparent: '00-a-b-01' } }),
    answer: { status: 409, headers: json, body: '"An Orchestration instance with this ID is running."' },
  },
  {
    says: 'an order without a body',
    ask: (client, url) => client.post(`${url}/instances/call-5/terminate?reason=stopped`),
    answer: { status: 202 },
  },
  {
    says: 'a purge',
    ask: (client, url) => client.delete(`${url}/instances/?createdTimeFrom=2026-01-05T08:00:00.000Z`),
    answer: { status: 200, headers: json, body: '{"instancesDeleted":3}' },
  },
  {
    says: 'an engine that fails with text',
    ask: (client, url) => client.get(`${url}/instances/call-6`),
    answer: { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Something went wrong.' },
  },
];

/** What a client was told, and what the server saw of it. */
async function exchange({ ask, answer }: Case, client: typeof own) {
  const seen: unknown[] = [];
  const server = await startLoopbackServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const told = {
        contentType: headers['content-type'],
        length: headers['content-length'] ?? '0',
        token: headers['x-ms-continuation-token'],
        traceparent: headers.traceparent,
      };
      seen.push({ method, url, ...told, body: Buffer.concat(chunks).toString() });
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  try {
    const { status, data, headers } = (await ask(client, server.url)) as Awaited<ReturnType<typeof own.get>>;
    return { seen, status, data, contentType: headers['content-type'], token: headers['x-ms-continuation-token'] };
  } finally {
    await server.close();
  }
}

test.each(CASES)('sends and reads $says as axios does', async (one) => {
  const asAxios = await exchange(one, axios);
  expect(asAxios.seen).toHaveLength(1);
  expect(await exchange(one, own)).toEqual(asAxios);
});

test('rejects with the code of the network when nobody listens', async () => {
  const server = await startLoopbackServer(() => undefined);
  await server.close();
  await expect(own.get(`${server.url}/instances/call-7`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('rejects when the answer breaks off', async () => {
  const server = await startLoopbackServer((_, outgoing) => {
    outgoing.writeHead(200, { 'content-length': '100' });
    outgoing.write('{"runtimeStatus":', () => outgoing.destroy());
  });
  onTestFinished(() => server.close());
  await expect(own.get(`${server.url}/instances/call-8`)).rejects.toMatchObject({ code: 'ECONNRESET' });
});
