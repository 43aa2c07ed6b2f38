import { afterAll, beforeAll, expect } from 'vitest';
import { buildOnce } from '../support/build-once.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { createHostClient, type HostClient } from './host-client.ts';
import { notificationsOverHttp } from './notifications-over-http.ts';
import { statusOverHttp } from './status-over-http.ts';
import { tokensOverHttp } from './tokens-over-http.ts';

// One process for all of them: the built app on the local host, with a real Azurite. In real time nothing falls due.
let host: SpawnedHost;
let client: HostClient;

beforeAll(async () => {
  await buildOnce();
  host = await startSpawnedHost(['--no-demo', '--speed', '1'], hostStorage('localhost'));
  client = createHostClient(host);
}, START_TIMEOUT_MS);

afterAll(async () => {
  expect(await host.stop()).toBe(0);
});

notificationsOverHttp(() => client);
tokensOverHttp(() => client);
statusOverHttp(() => client);
