import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { type LoopbackServer, startLoopbackServer } from '../adapters/loopback-server.ts';
import { createHostClient, type HostClient } from '../e2e/host-client.ts';
import { buildOnce } from '../support/build-once.ts';
import { eventually, START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { COMPILE_TIMEOUT_MS, LANGUAGES, prepareLanguages, run } from './languages.ts';

let host: SpawnedHost;
let client: HostClient;
let server: LoopbackServer;
/** What the server that stands for a troubled app answers next: a status, or none at all. */
let answers: (number | 'reset' | 'nonsense')[] = [];
let requests: string[] = [];
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  307: { location: '/elsewhere' },
  503: { 'retry-after': '1' },
};

beforeAll(prepareLanguages, COMPILE_TIMEOUT_MS);
beforeAll(async () => {
  await buildOnce();
  host = await startSpawnedHost(['--no-demo', '--storage', 'memory'], hostStorage('examples'));
  client = createHostClient(host);
  server = await startLoopbackServer((request, response) => {
    requests.push(`${request.method} ${request.headers['x-functions-key']}`);
    const answer = answers.shift() ?? 202;
    if (answer === 'reset') response.socket?.destroy();
    else if (answer === 'nonsense') response.socket?.end('nonsense\r\n\r\n');
    else response.writeHead(answer, HEADERS[answer]).end('{"detail":"Told so."}');
  });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await host?.stop();
  await server?.close();
});

describe.each(LANGUAGES)('the client in $name', (language) => {
  const bot = (app: string, key: string, callId: string) => run(language, 'bot', [app, key, callId, SAMPLE_TENANT_ID]);
  const says = (program: { output(): string }, text: string | RegExp) =>
    eventually(() => expect(program.output()).toMatch(text));

  test.skipIf(language.missing !== undefined)(
    'has a call kept alive when it is established, however often, and tells how it ended',
    async () => {
      // Its notifications reach nobody: without the client nobody would keep it alive.
      const callbackUri = `${host.origin}/api/nobody`;
      const { body } = await client.control('POST', 'calls', { callbackUri });
      const callId = String(Object(body).callId);
      const program = bot(host.origin, host.functionKey, callId);
      program.type('established');
      await says(program, /answered 202/);
      program.type('established');
      await says(program, /answered 200/);
      const known = await client.control('GET', `calls/${callId}`);
      expect(known.body).toMatchObject({ keepAlives: [expect.objectContaining({ status: 200 })] });
      await client.control('DELETE', `calls/${callId}`);
      program.type('terminated');
      await says(program, /DELETE answered 202/);
      const record = { phase: 'ended', endReason: 'terminated', resultInfo: { code: 200, subcode: 5002 } };
      expect((await client.getCall(callId)).body).toMatchObject({ record });
    },
  );

  test.skipIf(language.missing !== undefined)(
    'says that a call which Graph does not know is not kept alive',
    async () => {
      const program = bot(host.origin, host.functionKey, randomUUID());
      program.type('established');
      await says(program, /answered 404.*not kept alive/);
    },
  );

  test.skipIf(language.missing !== undefined)(
    'has patience with an app in trouble, and none with a refusal',
    async () => {
      requests = [];
      answers = [503, 'reset', 202, 403];
      const program = bot(server.url, 'the-key', randomUUID());
      program.type('established');
      await says(program, /answered 202/);
      program.type('terminated');
      await says(program, /answered 403.*Told so\./);
      expect(requests).toEqual(['PUT the-key', 'PUT the-key', 'PUT the-key', 'DELETE the-key']);
      expect(program.output()).not.toContain('the-key');
    },
  );

  test.skipIf(language.missing !== undefined)('repeats what is answered with no HTTP', async () => {
    answers = ['nonsense', 202];
    const program = bot(server.url, 'the-key', randomUUID());
    program.type('established');
    await says(program, /answered 202/);
  });

  test.skipIf(language.missing !== undefined)('follows no redirect: it would carry the key elsewhere', async () => {
    requests = [];
    answers = [307];
    const program = bot(server.url, 'the-key', randomUUID());
    program.type('established');
    await says(program, /answered 307/);
    expect(requests).toEqual(['PUT the-key']);
  });

  test.skipIf(language.missing !== undefined)('waits no longer when the bot shuts down', async () => {
    answers = Array.from({ length: 100 }, () => 503);
    const program = bot(server.url, 'the-key', randomUUID());
    program.type('established');
    await says(program, /again in 1 s/);
    program.type('stop');
    await says(program, /cancelled/);
  });
});
