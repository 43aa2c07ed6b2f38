import { expect, test } from 'vitest';
import { readablePaths } from '../hardening/support/api-paths.ts';
import { startVirtualWorld } from '../support/virtual-world.ts';

const ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';

test('every answer says that its type is no guess, and one by https that https is the only way', async () => {
  const world = await startVirtualWorld();
  const asked: readonly (readonly [method: string, path: string])[] = [
    ...readablePaths(ID, 'style.css').map((path) => ['GET', path] as const),
    ['POST', '/api/notifications'],
    ['PUT', `/api/calls/${ID}`],
    ['DELETE', `/api/calls/${ID}`],
    ['POST', `/api/calls/${ID}/keepAlive`],
  ];
  for (const origin of ['https://keepalive.example', 'http://127.0.0.1:7071']) {
    for (const [method, path] of asked) {
      const { headers } = await world.request(method, `${origin}${path}`);
      expect(headers, `${method} ${path}`).toMatchObject({ 'x-content-type-options': 'nosniff' });
      const transport = headers['strict-transport-security'];
      expect(transport, `${method} ${path}`).toBe(origin.startsWith('https:') ? 'max-age=31536000' : undefined);
    }
  }
});
