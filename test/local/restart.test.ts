import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSimulatedGraph, type SimulatedGraph } from '../../local/simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { type SpawnedHost, spawnStart, startSpawnedHost } from '../support/spawned-host.ts';

let folder: string;
let hosts: SpawnedHost[];

async function start(args: readonly string[] = [], settings: Readonly<Record<string, string>> = {}) {
  const host = await startSpawnedHost(['--no-demo', '--speed', '1', ...args], settings, folder);
  hosts.push(host);
  return host;
}

async function kill(host: SpawnedHost): Promise<void> {
  host.child.kill('SIGKILL');
  await host.ended;
}

beforeAll(() => buildOnce(), START_TIMEOUT_MS);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restart-'));
  hosts = [];
});
afterEach(async () => {
  for (const host of hosts) await kill(host);
  await eventually(() => expect(hosts.flatMap((host) => host.leftOvers())).toEqual([]));
  rmSync(folder, { recursive: true });
});

describe('a host that is killed with kill -9', () => {
  let graph: SimulatedGraph;
  let graphOrigin: string;
  let stopGraph: () => Promise<void>;
  beforeEach(async () => {
    graph = createSimulatedGraph({ clock: systemClock, botAppId: SAMPLE_BOT_APP_ID, tenantId: SAMPLE_TENANT_ID });
    const listener = await graph.listen({ port: 0 });
    graphOrigin = listener.origin;
    stopGraph = async () => {
      graph.stop();
      await listener.close();
    };
  });
  afterEach(() => stopGraph());

  test('goes on with a call whose notification it had answered a moment before', async () => {
    const settings = { GRAPH_BASE_URL: `${graphOrigin}/v1.0` };
    const first = await start([], settings);
    expect(first.output()).toMatch(/^Graph +as GRAPH_BASE_URL says$/m);
    expect(first.output()).not.toContain('From before');
    const { callId } = graph.createCall({ callbackUri: `${first.origin}/api/notifications`, establishAfterSeconds: 0 });
    await eventually(() => {
      const notification = graph.call(callId)?.notifications.find(({ state }) => state === 'established');
      expect(notification).toMatchObject({ outcome: 'delivered', status: 202 });
    });
    await kill(first);

    const second = await start([], settings);
    expect(second.output()).toMatch(/^From before +1 running call, kept alive from where they were$/m);
    const instance = await fetch(
      `${second.origin}/runtime/webhooks/durabletask/instances/call-${callId}?code=${second.durableKey}`,
    );
    expect(await instance.json()).toMatchObject({ runtimeStatus: 'Running' });
    const call = await fetch(`${second.origin}/api/calls/${callId}`, {
      headers: { 'x-functions-key': first.functionKey },
    });
    expect(await call.json()).toMatchObject({ record: { phase: 'active' } });
    expect(await second.stop()).toBe(0);
  });
});

describe('npm start a second time', () => {
  test('says that the new simulated Graph does not know the calls of before, unless they are forgotten', async () => {
    const first = await start();
    await fetch(`${first.graphOrigin}/control/calls`, {
      method: 'POST',
      body: JSON.stringify({ callbackUri: `${first.origin}/api/notifications`, establishAfterSeconds: 0 }),
    });
    await first.printed(/kept alive from now on/);
    expect(await first.stop()).toBe(0);

    const second = await start();
    expect(second.output()).toMatch(/^From before +1 running call, which the new simulated Graph does not know/m);
    expect(await second.stop()).toBe(0);

    const fresh = await start(['--fresh']);
    expect(fresh.output()).not.toContain('From before');
    const instances = await fetch(
      `${fresh.origin}/runtime/webhooks/durabletask/instances?instanceIdPrefix=call-&code=${fresh.durableKey}`,
    );
    expect(await instances.json()).toEqual([]);
    expect(fresh.functionKey).toBe(first.functionKey);
    expect(await fresh.stop()).toBe(0);
  });

  test('beside a running one is refused with one sentence, which leads to --storage memory', async () => {
    const first = await start();
    expect(first.output()).toMatch(/^Task hub +\S+hub\.sqlite: survives a stop, and kill -9$/m);
    const second = spawnStart(['--port', '0', '--graph-port', '0', '--fresh'], {}, folder);
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /^The local host did not start\. The task hub \S+hub\.sqlite is in use by another process.*--storage memory\.\n$/,
    );
    const third = await start(['--storage', 'memory']);
    expect(third.output()).toMatch(/^Task hub +in memory: gone when this stops$/m);
    expect(third.output()).toMatch(/^Table of calls +Azurite on port \d+, in memory: gone when this stops$/m);
    for (const { origin } of [first, third]) expect((await fetch(`${origin}/api/health`)).status).toBe(200);
  });
});
