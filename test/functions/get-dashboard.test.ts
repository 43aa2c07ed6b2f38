import { expect, test } from 'vitest';
import { startVirtualWorld } from '../support/virtual-world.ts';

const dashboard = {
  'index.html': '<!doctype html><title>Calls</title>',
  'style.css': 'p{}',
  'app.js': '1',
  'icon.svg': '<svg/>',
};
const startWorld = () => startVirtualWorld({ dependencies: () => ({ dashboard }) });

test.each([
  { path: '/api/dashboard', type: 'text/html; charset=utf-8', body: dashboard['index.html'] },
  { path: '/api/dashboard/style.css', type: 'text/css; charset=utf-8', body: 'p{}' },
  { path: '/api/dashboard/app.js', type: 'text/javascript; charset=utf-8', body: '1' },
  { path: '/api/dashboard/icon.svg', type: 'image/svg+xml', body: '<svg/>' },
])('$path is served, and once more only when it has changed', async ({ path, type, body }) => {
  const world = await startWorld();
  const answer = await world.request('GET', path);
  expect(answer).toMatchObject({ status: 200, body });
  expect(answer.headers['content-type']).toBe(type);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  const again = await world.request('GET', path, { headers: { 'if-none-match': answer.headers.etag ?? '' } });
  expect(again).toMatchObject({ status: 304, body: undefined });
});

test('the page allows nothing but its own parts and its own API', async () => {
  const world = await startWorld();
  const { headers } = await world.request('GET', '/api/dashboard');
  expect(headers['content-security-policy']?.split('; ').sort()).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "script-src 'self'",
    "style-src 'self'",
    "trusted-types 'none'",
  ]);
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  });
});

test('the address with a slash at its end leads to the one without, from which the links count', async () => {
  const world = await startWorld();
  const answer = await world.request('GET', '/api/dashboard/');
  expect(answer.status).toBe(308);
  expect(new URL(answer.headers.location ?? '', 'https://host.example/api/dashboard/').pathname).toBe('/api/dashboard');
});

test.each(['/api/dashboard/nothing.js', '/api/dashboard/constructor', '/api/dashboard/__proto__'])(
  '%s is not there',
  async (path) => {
    const world = await startWorld();
    expect(await world.request('GET', path)).toMatchObject({ status: 404 });
  },
);
