import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createVirtualClock } from '../../../../local/clock/virtual-clock.ts';
import { createSqliteHubStore } from '../../../../local/durable-extension/hub/sqlite-hub-store.ts';
import { createSimulatedGraph } from '../../../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../../../local/start-environment.ts';
import { startVirtualApp, VIRTUAL_CALLBACK_URI } from '../../../../local/virtual-app.ts';
import { callNotification } from '../../../support/call-notification.ts';

const folder = mkdtempSync(join(tmpdir(), 'hub-acknowledge-'));
afterAll(() => rmSync(folder, { recursive: true }));

const callId = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const clock = createVirtualClock({ startMs: Date.UTC(2026, 0, 1) });
const graph = createSimulatedGraph({ clock, botAppId: SAMPLE_BOT_APP_ID, tenantId: SAMPLE_TENANT_ID });
let copies = 0;

/** What another process would find in the file if this one were killed now. */
async function instancesOnDisk(path: string): Promise<readonly string[]> {
  const copy = join(folder, `copy-${++copies}.sqlite`);
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  const store = createSqliteHubStore({ path: copy });
  const rows = await store.queryInstances({ limit: 9 });
  store.close();
  return rows.map(({ instanceId }) => instanceId);
}

/** The app on a hub file whose commits wait for `beforeCommit`. */
async function startApp(path: string, beforeCommit: () => Promise<void>) {
  const hub = createSqliteHubStore({ path });
  const app = await startVirtualApp({
    clock,
    graph,
    hub: {
      ...hub,
      async commit(change) {
        await beforeCommit();
        await hub.commit(change);
      },
    },
  });
  const notify = () =>
    app.send({
      method: 'POST',
      url: new URL(VIRTUAL_CALLBACK_URI),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${graph.signCallbackToken()}` },
      body: new TextEncoder().encode(JSON.stringify(callNotification(callId, 'established'))),
    });
  return { notify, hub };
}

test('a notification is answered 202 once its instance is on the disk, and not before', async () => {
  const path = join(folder, 'hub.sqlite');
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const { notify, hub } = await startApp(path, async () => {
    asked.resolve();
    await gate.promise;
  });
  let isAnswered = false;
  const answering = notify().finally(() => {
    isAnswered = true;
  });
  await asked.promise;
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect({ isAnswered, onDisk: await instancesOnDisk(path) }).toEqual({ isAnswered: false, onDisk: [] });
  gate.resolve();
  expect((await answering).status).toBe(202);
  expect(await instancesOnDisk(path)).toEqual([`call-${callId}`]);
  hub.close();
});

test('a notification whose instance could not be written is answered 503, so that the platform knows', async () => {
  const { notify, hub } = await startApp(join(folder, 'full.sqlite'), async () => {
    throw new Error('database or disk is full');
  });
  expect((await notify()).status).toBe(503);
  expect(await hub.queryInstances({ limit: 9 })).toEqual([]);
  hub.close();
});
