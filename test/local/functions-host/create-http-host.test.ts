import { app, type HttpRequest } from '@azure/functions';
import { expect, test } from 'vitest';
import { createHttpHost, type HttpHostOptions } from '../../../local/functions-host/create-http-host.ts';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';
import type { HttpMessageRequest } from '../../../local/http-message.ts';

const keys = { masterKey: 'master', functionKey: 'function', systemKeys: { durabletask_extension: 'system' } };

async function hostOf(register: () => void, options: Partial<HttpHostOptions> = {}) {
  const registry = await loadFunctionApp(register);
  return createHttpHost({ registry, invoke: createInvoke({ registry }), keys: 'open', routePrefix: 'api', ...options });
}

function request(method: string, path: string, rest: Partial<HttpMessageRequest> = {}): HttpMessageRequest {
  return { method, url: new URL(path, 'http://localhost:7071'), headers: {}, body: new Uint8Array(), ...rest };
}

async function send(host: Awaited<ReturnType<typeof hostOf>>, ...args: Parameters<typeof request>) {
  const { status, headers = {}, body = '' } = await host.handle(request(...args));
  return { status, headers, text: typeof body === 'string' ? body : new TextDecoder().decode(body) };
}

const echo = async (asked: HttpRequest) => ({
  jsonBody: {
    url: asked.url,
    query: Object.fromEntries(asked.query),
    params: asked.params,
    headers: Object.fromEntries(asked.headers),
    body: await asked.text(),
  },
});

test('a request reaches the function with its parameters, query, headers and exact bytes', async () => {
  let bytes: Uint8Array | undefined;
  const host = await hostOf(() => {
    app.http('echo', { methods: ['POST'], route: 'calls/{callId}', handler: echo });
    app.http('raw', {
      methods: ['PUT'],
      handler: async (asked) => {
        bytes = new Uint8Array(await asked.arrayBuffer());
        return {};
      },
    });
  });
  const answer = await send(host, 'POST', '/api/calls/a%20b%2Fc/?x=1&x=2&y=', {
    headers: { 'x-one': 'eins' },
    body: new TextEncoder().encode('{"ä":1}'),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(JSON.parse(answer.text)).toEqual({
    url: 'http://localhost:7071/api/calls/a%20b%2Fc/?x=1&x=2&y=',
    query: { x: '1,2', y: '' },
    params: { callId: 'a b%2Fc' },
    headers: { 'x-one': 'eins' },
    body: '{"ä":1}',
  });
  await send(host, 'PUT', '/api/raw', { body: Uint8Array.of(0, 255, 254, 13, 10) });
  expect(bytes).toEqual(Uint8Array.of(0, 255, 254, 13, 10));
});

test('status, headers, cookies and bytes of the answer come out as the function gave them', async () => {
  const host = await hostOf(() => {
    app.http('answer', {
      methods: ['GET'],
      handler: () => ({
        status: 207,
        headers: { 'x-two': 'zwei', Location: '/there' },
        body: Uint8Array.of(0, 255),
        cookies: [
          { name: 'a', value: '1 2', path: '/api', httpOnly: true, secure: true, sameSite: 'Strict', maxAge: 60 },
          { name: 'b', value: '2', domain: 'example.org', expires: new Date(0), sameSite: 'None' },
          { name: 'c', value: '3', expires: new Date('2030-01-01T00:00:00Z') },
        ],
      }),
    });
  });
  const { status, headers, body } = await host.handle(request('GET', '/api/answer'));
  expect({ status, headers, body: [...Buffer.from(body ?? '')] }).toEqual({
    status: 207,
    headers: {
      'x-two': 'zwei',
      location: '/there',
      'set-cookie': [
        'a=1%202; max-age=60; path=/api; secure; samesite=strict; httponly',
        'b=2; domain=example.org; path=/; samesite=none',
        'c=3; expires=Tue, 01 Jan 2030 00:00:00 GMT; path=/',
      ].join('\n'),
    },
    body: [0, 255],
  });
});

test('an unknown path, a wrong method and a missing prefix are all 404', async () => {
  const host = await hostOf(() => app.http('calls', { methods: ['GET'], handler: () => ({}) }));
  expect((await send(host, 'GET', '/api/calls')).status).toBe(200);
  expect((await send(host, 'GET', '/api/call')).status).toBe(404);
  expect((await send(host, 'POST', '/api/calls')).status).toBe(404);
  expect((await send(host, 'GET', '/calls')).status).toBe(404);
  expect((await send(host, 'GET', '/')).status).toBe(404);
});

test('an empty route prefix puts the functions at the root', async () => {
  const host = await hostOf(() => app.http('calls', { methods: ['GET'], handler: () => ({}) }), { routePrefix: '' });
  expect((await send(host, 'GET', '/calls')).status).toBe(200);
});

test('several functions share a path when their methods differ', async () => {
  const host = await hostOf(() => {
    app.http('read', { methods: ['GET'], route: 'calls/{id}', handler: () => ({ body: 'read' }) });
    app.http('write', { methods: ['PUT', 'DELETE'], route: 'calls/{id}', handler: () => ({ body: 'write' }) });
  });
  expect((await send(host, 'GET', '/api/calls/1')).text).toBe('read');
  expect((await send(host, 'DELETE', '/api/calls/1')).text).toBe('write');
});

test('of two routes that fit, the first in the alphabetical order of the names wins, whatever is more exact', async () => {
  const host = await hostOf(() => {
    app.http('recent', { methods: ['GET'], route: 'items/recent', handler: () => ({ body: 'recent' }) });
    app.http('details', { methods: ['GET'], route: 'items/{id}', handler: () => ({ body: 'details' }) });
    app.http('a_recent', { methods: ['POST'], route: 'items/recent', handler: () => ({ body: 'recent' }) });
    app.http('b_details', { methods: ['POST'], route: 'items/{id}', handler: () => ({ body: 'details' }) });
  });
  expect((await send(host, 'GET', '/api/items/recent')).text).toBe('details');
  expect((await send(host, 'POST', '/api/items/recent')).text).toBe('recent');
});

test('a function that throws is a 500 without a body, and one that returns nothing a 204', async () => {
  const host = await hostOf(() => {
    app.http('fails', { methods: ['GET'], handler: () => Promise.reject(new Error('secret detail')) });
    app.http('nothing', { methods: ['GET'], handler: () => JSON.parse('null') });
  });
  expect(await send(host, 'GET', '/api/fails')).toEqual({ status: 500, headers: {}, text: '' });
  expect(await send(host, 'GET', '/api/nothing')).toEqual({ status: 204, headers: {}, text: '' });
});

test('GET loses the body of its request, HEAD the body of its answer', async () => {
  const host = await hostOf(() => {
    app.http('echo', { methods: ['GET', 'HEAD'], handler: async (asked) => ({ body: `got "${await asked.text()}"` }) });
  });
  const body = new TextEncoder().encode('body');
  expect(await send(host, 'GET', '/api/echo', { body })).toMatchObject({ status: 200, text: 'got ""' });
  expect(await send(host, 'HEAD', '/api/echo')).toMatchObject({ status: 200, text: '' });
});

test('a chunked body does not reach the function, as on the real host', async () => {
  const host = await hostOf(() => {
    app.http('echo', { methods: ['POST'], handler: async (asked) => ({ body: `got "${await asked.text()}"` }) });
  });
  const body = new TextEncoder().encode('body');
  expect((await send(host, 'POST', '/api/echo', { body })).text).toBe('got "body"');
  const headers = { 'transfer-encoding': 'chunked' };
  expect((await send(host, 'POST', '/api/echo', { body, headers })).text).toBe('got ""');
});

test('a body over 100 MB is a 413 and does not reach the function', async () => {
  let calls = 0;
  const host = await hostOf(() => {
    app.http('count', {
      methods: ['POST'],
      handler: () => {
        calls += 1;
        return {};
      },
    });
  });
  const tooLong = new Uint8Array(100 * 1024 * 1024 + 1);
  expect((await send(host, 'POST', '/api/count', { body: tooLong })).status).toBe(413);
  expect(calls).toBe(0);
  expect((await send(host, 'POST', '/api/count', { body: tooLong.subarray(0, 1) })).status).toBe(200);
  expect(calls).toBe(1);
});

const withKeys = (options: Partial<HttpHostOptions> = {}) =>
  hostOf(
    () => {
      for (const level of ['anonymous', 'function', 'admin'] as const) {
        app.http(level, { methods: ['GET'], authLevel: level, handler: () => ({}) });
      }
    },
    {
      keys,
      durable: { handle: async ({ url }) => ({ status: 200, body: url.pathname + url.search }) },
      ...options,
    },
  );

test.each([
  ['anonymous', { none: 200, wrong: 200, function: 200, system: 200, master: 200 }],
  ['function', { none: 401, wrong: 401, function: 200, system: 401, master: 200 }],
  ['admin', { none: 401, wrong: 401, function: 401, system: 401, master: 200 }],
])('a function of level %s answers each key as the real host does', async (level, expected) => {
  const host = await withKeys();
  for (const [key, status] of Object.entries(expected)) {
    const code = key === 'none' ? '' : `?code=${key}`;
    expect([key, (await send(host, 'GET', `/api/${level}${code}`)).status]).toEqual([key, status]);
  }
});

test('the key may come as a header, which wins over the query; of several the first counts', async () => {
  const host = await withKeys();
  const header = (key: string) => ({ headers: { 'x-functions-key': key } });
  expect((await send(host, 'GET', '/api/function', header('function'))).status).toBe(200);
  expect((await send(host, 'GET', '/api/function?code=function', header('wrong'))).status).toBe(401);
  expect((await send(host, 'GET', '/api/function', header('function, wrong'))).status).toBe(200);
});

test('the durable webhooks take the system key or the master key', async () => {
  const host = await withKeys();
  const path = '/runtime/webhooks/durabletask/instances/';
  const status = async (query: string) => (await send(host, 'GET', path + query)).status;
  expect(await status('')).toBe(401);
  expect(await status('?code=wrong')).toBe(401);
  expect(await status('?code=function')).toBe(403);
  expect(await status('?code=system')).toBe(200);
  expect(await send(host, 'GET', `${path}?code=master&top=1`)).toMatchObject({
    status: 200,
    text: '/runtime/webhooks/durabletask/instances/?code=master&top=1',
  });
});

test('the durable webhooks challenge who has no key, and only him', async () => {
  const host = await withKeys();
  const challenge = async (query: string) =>
    (await send(host, 'GET', `/runtime/webhooks/durabletask/instances/${query}`)).headers['www-authenticate'];
  expect(await challenge('')).toBe('Bearer');
  expect(await challenge('?code=function')).toBeUndefined();
});

test('an open host asks for no key at all', async () => {
  const host = await withKeys({ keys: 'open' });
  expect((await send(host, 'GET', '/api/admin')).status).toBe(200);
  expect((await send(host, 'GET', '/runtime/webhooks/durabletask/instances/')).status).toBe(200);
});

test('the ping is open, and without a durable extension there are no webhooks', async () => {
  const registry = await loadFunctionApp(() => app.http('a', { handler: () => ({}) }));
  const host = createHttpHost({ registry, invoke: createInvoke({ registry }), keys, routePrefix: 'api' });
  expect((await send(host, 'GET', '/admin/host/ping')).status).toBe(200);
  expect((await send(host, 'GET', '/runtime/webhooks/durabletask/instances/?code=master')).status).toBe(404);
});

test('a durable extension that fails is a 500 and is reported', async () => {
  const reported: unknown[] = [];
  const failure = new Error('defect');
  const host = await withKeys({
    durable: { handle: () => Promise.reject(failure) },
    onDurableError: (error) => reported.push(error),
  });
  expect((await send(host, 'GET', '/runtime/webhooks/durabletask/instances/?code=master')).status).toBe(500);
  expect(reported).toEqual([failure]);
});

test('a route that the local host does not know is refused at the start', async () => {
  await expect(hostOf(() => app.http('a', { route: 'v{version}/x', handler: () => ({}) }))).rejects.toThrow(
    'v{version}',
  );
});

test('the master key runs a timer function at once, and nothing else does', async () => {
  let runs = 0;
  const host = await hostOf(
    () => {
      app.timer('sweep', { schedule: '0 0 0 1 1 *', handler: () => void runs++ });
      app.http('web', { handler: () => ({}) });
    },
    { keys },
  );
  const status = async (path: string, method = 'POST') => (await send(host, method, `/admin/functions/${path}`)).status;
  expect(await status('sweep')).toBe(401);
  expect(await status('sweep?code=function')).toBe(403);
  expect(await status('web?code=master')).toBe(404);
  expect(await status('none?code=master')).toBe(404);
  expect(await status('sweep?code=master', 'GET')).toBe(404);
  expect(runs).toBe(0);
  expect(await status('sweep?code=master')).toBe(202);
  await expect.poll(() => runs).toBe(1);
});
