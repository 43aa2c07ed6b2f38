import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { EngineStore } from '../../src/core/operator-views/engine-store.ts';
import type { AppDependencies } from '../../src/functions/register-functions.ts';
import { apiAnswerProblems } from '../support/api-answer.ts';
import { SECOND_MS, startVirtualWorld, type WorldOptions } from '../support/virtual-world.ts';

test('asking often costs one read in five seconds', async () => {
  let reads = 0;
  const store = createMemoryCallStore({ before: () => void reads++ });
  const world = await startVirtualWorld({ store });
  const ask = async () => (await world.request('GET', '/api/health')).status;
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([200, 200, 200]);
  await world.clock.runFor(5 * SECOND_MS - 1);
  expect([await ask(), reads]).toEqual([200, 1]);
  await world.clock.runFor(1);
  expect([await ask(), reads]).toEqual([200, 2]);
});

async function answerOf(options: WorldOptions) {
  const answer = await (await startVirtualWorld(options)).request('GET', '/api/health');
  expect(apiAnswerProblems('/health', 'get', answer)).toEqual([]);
  return [answer.status, answer.body];
}

const onEngine = (engineStore: EngineStore, answers: boolean): WorldOptions => ({
  dependencies: () => ({
    engineStore,
    ...(answers ? {} : { createDurableCalls: () => brokenEngine }),
  }),
});
const refuse = () => Promise.reject(new Error('Endpoint=https://secret.example answers 403'));
const brokenEngine = new Proxy({} as ReturnType<AppDependencies['createDurableCalls']>, { get: () => refuse });

test.each([
  ['AzureWebJobsStorage', 'storage'],
  ['HubStorage__tableServiceUri', 'storage'],
  ['DURABLE_TASK_SCHEDULER_CONNECTION_STRING', 'durableTaskScheduler'],
] as const)('an engine on %s that is down is named by its backend, and nothing else of it', async (store, backend) => {
  const down = { status: 'unavailable', engine: 'down', table: 'up', backend };
  expect(await answerOf(onEngine(store, false))).toEqual([503, down]);
  expect(await answerOf(onEngine(store, true))).toEqual([200, { status: 'ok', engine: 'up', table: 'up' }]);
});

test('a table that is down says nothing of the engine', async () => {
  const store = createMemoryCallStore({ before: refuse });
  expect(await answerOf({ store })).toEqual([503, { status: 'unavailable', engine: 'up', table: 'down' }]);
});
