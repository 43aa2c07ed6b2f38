import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { type SimulatedManagedIdentity, startSimulatedManagedIdentity } from './simulated-entra.ts';

const program = join(import.meta.dirname, 'ask-outside.ts');
/** A proxy that opens no tunnel: it is enough to know that it was asked for one. */
const proxy = createServer((incoming, outgoing) => {
  asked.add(incoming.url ?? '');
  outgoing.writeHead(502).end();
});
proxy.on('connect', ({ url = '' }, socket) => {
  asked.add(url);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
const asked = new Set<string>();
let identity: SimulatedManagedIdentity;
let engine: LoopbackServer;
const raised: (string | undefined)[] = [];

beforeEach(async () => {
  asked.clear();
  raised.length = 0;
  identity = await startSimulatedManagedIdentity();
  engine = await startLoopbackServer((incoming, outgoing) => {
    raised.push(incoming.url);
    outgoing.writeHead(202).end();
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  proxy.close();
  await identity.close();
  await engine.close();
});

test.each([{ NODE_USE_ENV_PROXY: '1' }, { NODE_OPTIONS: '--use-env-proxy' }])(
  'with %o every request that leaves the machine goes to the proxy of the environment, and none to this machine',
  async (settings) => {
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await promisify(execFile)(process.execPath, [program, engine.url], {
      env: {
        ...settings,
        HTTP_PROXY: url,
        HTTPS_PROXY: url,
        NO_PROXY: 'localhost,127.0.0.1',
        IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
        IDENTITY_HEADER: 'identity-header',
        // Keeps durable-functions from taking the engine to be on its default port.
        WEBSITE_HOSTNAME: '127.0.0.1',
      },
    });
    expect([...asked].toSorted()).toEqual([
      'account.table.core.windows.net:443',
      'bot.example:443',
      'graph.microsoft.com:443',
      'login.microsoftonline.com:443',
    ]);
    expect(identity.resources).toEqual(['api://AzureADTokenExchange']);
    expect(raised).toEqual([expect.stringContaining('/instances/call-a/raiseEvent/callEnded')]);
  },
);
