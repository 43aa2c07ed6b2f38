import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { afterEach, expect, test } from 'vitest';
import { createHttpHost, type HttpHostOptions } from '../../../local/functions-host/create-http-host.ts';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';
import { type HttpListener, listenHttp } from '../../../local/functions-host/listen-http.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createManualClock } from '../../adapters/manual-clock.ts';

const open: HttpListener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close({ limitMs: 0 })));
});

async function listenTo(register: () => void, options: Partial<HttpHostOptions> = {}) {
  const registry = await loadFunctionApp(register);
  const invoke = createInvoke({ registry });
  const host = createHttpHost({ registry, invoke, keys: 'open', routePrefix: 'api', ...options });
  const listener = await host.listen({ port: 0 });
  open.push(listener);
  return { host, listener };
}

const hello = () => app.http('hello', { methods: ['GET'], handler: () => ({ body: 'hello' }) });

test('the host answers over HTTP and tells its address to the process', async () => {
  const { listener } = await listenTo(hello);
  expect(await (await fetch(`${listener.origin}/api/hello`)).text()).toBe('hello');
  expect(`http://${process.env.WEBSITE_HOSTNAME}`).toBe(listener.origin);
});

test.each([
  [30_000, 200],
  [34_000, 431],
])('headers of %i bytes get %i, as the 32 KiB of the real host allow', async (bytes, status) => {
  const { listener } = await listenTo(hello);
  const answer = await fetch(`${listener.origin}/api/hello`, { headers: { 'x-long': 'x'.repeat(bytes) } });
  expect(answer.status).toBe(status);
});

test('headers that come twice arrive joined, Authorization included', async () => {
  const { listener } = await listenTo(() => {
    app.http('headers', {
      methods: ['GET'],
      handler: (request) => ({ jsonBody: [request.headers.get('authorization'), request.headers.get('x-a')] }),
    });
  });
  const socket = connect(Number(new URL(listener.origin).port), '127.0.0.1');
  socket.end(
    'GET /api/headers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' +
      'Authorization: Bearer one\r\nX-A: 1\r\nAuthorization: Bearer two\r\nX-A: 2\r\n\r\n',
  );
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toContain('["Bearer one, Bearer two","1, 2"]');
});

test('several cookies leave as several headers', async () => {
  const { listener } = await listenTo(() => {
    app.http('cookies', {
      methods: ['GET'],
      handler: () => ({
        cookies: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
      }),
    });
  });
  const response = await fetch(`${listener.origin}/api/cookies`);
  expect(response.headers.getSetCookie()).toEqual(['a=1; path=/', 'b=2; path=/']);
});

test('a malformed Host header is a 400', async () => {
  const { listener } = await listenTo(hello);
  const socket = connect(Number(new URL(listener.origin).port), '127.0.0.1');
  socket.end('GET /api/hello HTTP/1.1\r\nHost: a b\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toContain('400 Bad Request');
});

test.each([
  ['an announced', { 'content-length': '11' }, '1'],
  ['a chunked', { 'transfer-encoding': 'chunked' }, '12345678901'],
])('%s body over the limit gets its 413 before it ends and never reaches the handler', async (_kind, headers, sent) => {
  let calls = 0;
  const handle = async () => {
    calls += 1;
    return { status: 200 };
  };
  const listener = await listenHttp(handle, { port: 0, host: '127.0.0.1', maxBodyBytes: 10, clock: systemClock });
  open.push(listener);
  const outgoing = httpRequest(listener.origin, { method: 'POST', headers });
  outgoing.write(sent);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  outgoing.destroy();
  expect([response?.statusCode, calls]).toEqual([413, 0]);
});

test('a body that trickles in gets 408 after 60 s, and its connection is closed', async () => {
  const clock = createManualClock(0);
  let calls = 0;
  const handle = async () => {
    calls += 1;
    return { status: 200 };
  };
  const listener = await listenHttp(handle, { port: 0, host: '127.0.0.1', maxBodyBytes: 10, clock });
  open.push(listener);
  const armed = Promise.withResolvers<void>();
  const { after } = clock;
  clock.after = (delayMs, fire) => {
    armed.resolve();
    return after(delayMs, fire);
  };
  const outgoing = httpRequest(listener.origin, { method: 'POST', headers: { 'content-length': '5' } });
  const answered = once(outgoing, 'response');
  outgoing.on('error', () => undefined);
  outgoing.write('1');
  await armed.promise;
  clock.advance(59_999);
  await new Promise(setImmediate);
  expect(outgoing.destroyed).toBe(false);
  clock.advance(1);
  const [response]: IncomingMessage[] = await answered;
  expect([response?.statusCode, response?.headers.connection, calls]).toEqual([408, 'close', 0]);
  response?.resume();
  await once(outgoing, 'close');
});

test('a taken port is refused with the flag that changes it', async () => {
  const { host, listener } = await listenTo(hello);
  const port = Number(new URL(listener.origin).port);
  await expect(host.listen({ port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken by another program.`);
  await expect(host.listen({ port })).rejects.toThrow('--port');
});

test('closing ends idle connections, lets the running request finish, and frees the port', async () => {
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { host, listener } = await listenTo(() => {
    hello();
    app.http('slow', {
      methods: ['GET'],
      handler: async () => {
        arrived();
        await gate;
        return { body: 'done' };
      },
    });
  });
  const agent = new Agent({ keepAlive: true });
  const get = async (path: string) => {
    const [response]: IncomingMessage[] = await once(httpRequest(listener.origin + path, { agent }).end(), 'response');
    let text = '';
    for await (const chunk of response ?? []) text += chunk;
    return text;
  };
  expect(await get('/api/hello')).toBe('hello');
  const slow = get('/api/slow');
  await arrival;
  const closed = listener.close();
  finish();
  expect(await slow).toBe('done');
  await closed;
  const again = await host.listen({ port: Number(new URL(listener.origin).port) });
  open.push(again);
  expect(again.origin).toBe(listener.origin);
});

test('closing cuts off a request that outlasts the limit', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { listener } = await listenTo(() => {
    app.http('endless', {
      methods: ['GET'],
      handler: () => {
        arrived();
        return new Promise(() => undefined);
      },
    });
  });
  const answer = fetch(`${listener.origin}/api/endless`).catch(() => 'cut off');
  await arrival;
  await listener.close({ limitMs: 1 });
  expect(await answer).toBe('cut off');
});

test('the app reaches the durable API without a key, on a loopback port of its own', async () => {
  const keys = { masterKey: 'm', functionKey: 'f', systemKeys: { durabletask_extension: 's' } };
  const { host, listener } = await listenTo(hello, {
    keys,
    durable: { handle: async ({ method, url }) => ({ status: 202, body: `${method} ${url.pathname}${url.search}` }) },
  });
  const rpc = await host.listenRpc();
  open.push(rpc);
  const response = await fetch(`${rpc.rpcBaseUrl}orchestrators/keepCallAlive/call-1?version=1`, { method: 'POST' });
  expect(await response.text()).toBe('POST /durabletask/orchestrators/keepCallAlive/call-1?version=1');
  expect(new URL(rpc.rpcBaseUrl).hostname).toBe('127.0.0.1');
  expect((await fetch(`${rpc.origin}/api/hello`)).status).toBe(404);
  // Whoever finds the port has still to guess the rest.
  expect((await fetch(`${rpc.origin}/durabletask/instances/`)).status).toBe(404);
  expect(new URL(rpc.rpcBaseUrl).pathname).toMatch(/^\/[\w-]{32}\/durabletask\/$/);
  const another = await host.listenRpc();
  open.push(another);
  expect(new URL(another.rpcBaseUrl).pathname).toBe(new URL(rpc.rpcBaseUrl).pathname);
  expect((await fetch(`${listener.origin}/durabletask/instances/`)).status).toBe(404);
});

test('the durable client of the app starts an instance through the client binding', async () => {
  delete process.env.WEBSITE_HOSTNAME;
  const asked: string[] = [];
  const registry = await loadFunctionApp(() => {
    app.http('start', {
      methods: ['POST'],
      extraInputs: [df.input.durableClient()],
      handler: async (_request, context) => {
        const client = df.getClient(context);
        const instanceId = await client.startNew('keepCallAlive', { instanceId: 'call-1', input: { n: 1 } });
        return { jsonBody: client.createHttpManagementPayload(instanceId) };
      },
    });
  });
  let rpcBaseUrl = '';
  const clientBinding = () =>
    JSON.stringify({
      taskHubName: 'Hub',
      creationUrls: {},
      managementUrls: { id: 'INSTANCEID', statusQueryGetUri: 'http://127.0.0.1:1234/instances/INSTANCEID' },
      rpcBaseUrl,
    });
  const host = createHttpHost({
    registry,
    invoke: createInvoke({ registry, clientBinding }),
    keys: 'open',
    routePrefix: 'api',
    durable: {
      async handle({ method, url, body }) {
        asked.push(`${method} ${url.pathname} ${new TextDecoder().decode(body)}`);
        return { status: 202, headers: { 'content-type': 'application/json' }, body: '{"id":"call-1"}' };
      },
    },
  });
  const rpc = await host.listenRpc();
  open.push(rpc);
  rpcBaseUrl = rpc.rpcBaseUrl;
  const url = new URL('http://h/api/start');
  const answer = await host.handle({ method: 'POST', url, headers: {}, body: new Uint8Array() });
  expect(asked).toEqual(['POST /durabletask/orchestrators/keepCallAlive/call-1 {"n":1}']);
  // The URLs of the binding pass unchanged, because the host has told the library its name.
  expect(JSON.parse(Buffer.from(answer.body ?? '').toString()).statusQueryGetUri).toBe(
    'http://127.0.0.1:1234/instances/call-1',
  );
});
