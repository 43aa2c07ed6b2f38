import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseStartOptions } from '../../local/start-options.ts';
import { buildOnce } from '../support/build-once.ts';
import { callNotification } from '../support/call-notification.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, spawnStart, startSpawnedHost } from '../support/spawned-host.ts';
import { createHostClient } from './host-client.ts';

const running: SpawnedHost[] = [];

/** Started hosts that a failing test leaves behind end with the file. */
async function start(...args: Parameters<typeof startSpawnedHost>): Promise<SpawnedHost> {
  const host = await startSpawnedHost(...args);
  running.push(host);
  return host;
}

beforeAll(() => buildOnce(), START_TIMEOUT_MS);
afterAll(() => {
  for (const { child } of running) if (child.exitCode === null) child.kill('SIGKILL');
});

describe('the command line', () => {
  test('explains itself with --help', async () => {
    const { ended, output } = spawnStart(['--help']);
    expect(await ended).toBe(0);
    for (const flag of ['--port', '--graph-port', '--speed', '--no-demo', '--no-auth', '--storage', '--help']) {
      expect(output()).toContain(flag);
    }
  });

  test('refuses a wrong flag with one sentence and exit code 2', async () => {
    const { ended, output } = spawnStart(['--port', 'seven']);
    expect(await ended).toBe(2);
    expect(output()).toBe('--port takes a whole number from 0 to 65535, not "seven". See npm start -- --help.\n');
  });

  test.each([
    [['--velocity', '3'], '--velocity'],
    [['--graph-port', '70000'], '--graph-port takes a whole number from 0 to 65535, not "70000".'],
    [['--speed', '0'], '--speed takes a whole number from 1 to 2700, not "0".'],
    [['--storage', 'tape'], '--storage'],
    [['--port', '9000', '--graph-port', '9000'], '--port and --graph-port are both 9000'],
    [['--relay', 'foo'], '--relay takes a URL such as'],
    [['--port'], '--port'],
    [['now'], 'now'],
  ])('has one sentence for %j', (args, text) => {
    const parsed = parseStartOptions(args);
    expect(parsed).toEqual({ kind: 'wrong', problem: expect.stringContaining(text) });
  });

  test.each(['--port', '--graph-port'])(
    'says in one sentence that the port of %s is taken, and leaves nothing running',
    async (flag) => {
      const { server, port } = await occupyPort();
      const ports = { '--port': '0', '--graph-port': '0', [flag]: String(port) };
      const host = spawnStart(Object.entries(ports).flat());
      expect(await host.ended).toBe(1);
      server.close();
      expect(host.output()).toMatch(/^The local host did not start\. /);
      expect(host.output()).toContain(String(port));
      await eventually(() => expect(host.leftOvers()).toEqual([]));
    },
  );
});

test('a second start, or --help, leaves the files of the running app alone', async () => {
  const main = join(REPOSITORY, 'dist/main.js');
  const builtAtMs = statSync(main).mtimeMs;
  const { server, port } = await occupyPort();
  expect(await spawnStart(['--build', '--port', String(port), '--graph-port', '0']).ended).toBe(1);
  server.close();
  expect(await spawnStart(['--build', '--help']).ended).toBe(0);
  expect(statSync(main).mtimeMs).toBe(builtAtMs);
});

describe('two hosts at once', () => {
  let demo: SpawnedHost;
  let quiet: SpawnedHost;
  beforeAll(async () => {
    [demo, quiet] = await Promise.all([start(['--speed', '900']), start(['--no-demo', '--no-auth', '--speed', '900'])]);
  }, START_TIMEOUT_MS);

  test('serve on ports of their own', async () => {
    const addresses = [demo, quiet].flatMap(({ origin, graphOrigin }) => [origin, graphOrigin]);
    expect(new Set(addresses).size).toBe(4);
    for (const { origin } of [demo, quiet]) expect((await fetch(`${origin}/api/health`)).status).toBe(200);
  });

  test('the one with the demo makes calls, keeps them alive and cleans up the one that is hung up', async () => {
    expect(demo.output()).toContain('Four simulated calls begin now');
    await demo.printed(/call [0-9a-f]{8} {2}established: kept alive from now on/);
    await demo.printed(/call [0-9a-f]{8} {2}keepAlive ok in \d+ ms/);
    await demo.printed(/call [0-9a-f]{8} {2}ended: terminated 200\/4521/);
    await demo.printed(/call [0-9a-f]{8} {2}cleaned up after \d+ keepAlives/);
  });

  test('the one without makes none by itself, and keeps alive those it is told of until they end', async () => {
    const client = createHostClient(quiet);
    expect(quiet.output()).not.toContain('simulated calls begin');
    expect((await client.control('GET', 'calls')).body).toEqual({ value: [] });
    const created = await client.control('POST', 'calls', { callbackUri: `${quiet.origin}/api/notifications` });
    const callId = String(Object(created.body).callId);
    await eventually(async () => {
      const { body } = await client.getInstance(callId);
      expect(Object(body).customStatus.keepAlives).toBeGreaterThanOrEqual(2);
    });
    expect((await client.control('DELETE', `calls/${callId}`)).status).toBe(204);
    await eventually(async () => {
      expect((await client.getInstance(callId)).body).toMatchObject({ runtimeStatus: 'Completed' });
    });
    expect((await client.getCall(callId)).body).toMatchObject({
      record: { phase: 'ended', endReason: 'terminated', keepAlives: expect.any(Number) },
    });
  });

  test('the one without keys says so, and still verifies callback tokens', async () => {
    expect(quiet.output()).toContain('Keys are off; callback tokens are verified all the same.');
    const body = JSON.stringify(callNotification('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24', 'established'));
    const answer = await createHostClient(quiet).notify(body, { authorization: undefined });
    expect(answer.status).toBe(401);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('end wholly on %s, Azurite too', async (signal) => {
    const host = signal === 'SIGINT' ? demo : quiet;
    expect(await isOpen(host.azuritePort)).toBe(true);
    host.child.kill(signal);
    expect(await host.ended).toBe(0);
    expect(host.leftOvers()).toEqual([]);
    expect(await isOpen(host.azuritePort)).toBe(false);
  });
});

test('a host whose output nobody reads any more ends as if it had been asked to', async () => {
  // With demo calls, or it would have nothing more to say.
  const host = await start(['--speed', '900']);
  host.child.stdout?.destroy();
  expect(await host.ended).toBe(0);
  expect(host.output()).not.toContain('EPIPE');
  expect(host.leftOvers()).toEqual([]);
});

describe('a host that npm runs', () => {
  test('ends when npm and its shell are ended, who do not pass the signal on', async () => {
    const host = await start(['--no-demo'], { npm_lifecycle_event: 'start' });
    host.child.kill('SIGTERM');
    await eventually(() => expect(host.output()).toContain('Stopping.'));
    await host.ended;
    expect(host.leftOvers()).toEqual([]);
  });
});

describe('a host that is killed', () => {
  test('takes Azurite with it', async () => {
    const host = await start(['--no-demo']);
    host.child.kill('SIGKILL');
    await host.ended;
    await eventually(() => expect(host.leftOvers()).toEqual([]));
    expect(await isOpen(host.azuritePort)).toBe(false);
  });
});

describe('a host whose app has wrong settings', () => {
  test('still serves: health and notifications say 503, the log names every problem and no secret', async () => {
    const host = await start([], {
      BOT_TENANT_ID: 'xyz',
      BOT_CREDENTIAL: 'clientSecret',
      BOT_CLIENT_SECRET: 'planted-secret',
      CALL_ENDED_WEBHOOK_URL: 'https://bot.example/ended',
      CALL_ENDED_WEBHOOK_SECRET: 'planted-webhook-secret',
    });
    const health = await fetch(`${host.origin}/api/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ status: 'misconfigured', problems: 2 });
    const notified = await createHostClient(host).notify('{"value":[]}');
    expect(notified.status).toBe(503);
    expect(notified.headers.get('retry-after')).toBe('60');
    const problems = host
      .output()
      .split('\n')
      .filter((line) => line.includes('app.misconfigured'));
    expect(problems.map((line) => JSON.parse(line).setting).toSorted()).toEqual([
      'BOT_TENANT_ID',
      'CALL_ENDED_WEBHOOK_SECRET',
    ]);
    expect(host.output()).toContain('WRONG SETTINGS');
    expect(host.output()).not.toMatch(/planted|dashboard|established/);
    expect(await host.stop()).toBe(0);
  });
});

async function occupyPort(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

/** Whether somebody answers HTTP there. */
function isOpen(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}
