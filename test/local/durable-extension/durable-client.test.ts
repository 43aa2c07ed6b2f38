import { app, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDurableExtension } from '../../../local/durable-extension/durable-extension.ts';
import { createMemoryHubStore } from '../../../local/durable-extension/hub/memory-hub-store.ts';
import { createHttpHost } from '../../../local/functions-host/create-http-host.ts';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';
import { systemClock } from '../../../src/adapters/clock.ts';

/** What the app would do with its client, called from a function of the app. */
type Use = (client: df.DurableClient) => Promise<unknown>;

describe('the client of durable-functions over a real socket', () => {
  let use: Use = async () => undefined;
  let withClient: <T>(use: (client: df.DurableClient) => Promise<T>) => Promise<T>;
  let close: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    const input = df.input.durableClient();
    const registry = await loadFunctionApp(() => {
      df.app.orchestration('waiting', function* (context) {
        context.df.setCustomStatus({ version: context.df.version });
        return yield context.df.waitForExternalEvent('end');
      });
      app.generic('useClient', {
        trigger: { type: 'activityTrigger', name: 'trigger' },
        extraInputs: [input],
        handler: (_trigger: unknown, context: InvocationContext) => use(df.getClient(context)),
      });
    });
    let binding = '';
    const invoke = createInvoke({ registry, clientBinding: () => binding });
    const extension = createDurableExtension({
      clock: systemClock,
      store: createMemoryHubStore(),
      invoke,
      orchestrators: ['waiting'],
      activities: [],
      hubName: 'TestHub',
    });
    await extension.start();
    const host = createHttpHost({ registry, invoke, keys: 'open', routePrefix: 'api', durable: extension });
    const rpc = await host.listenRpc();
    binding = extension.clientBinding({
      origin: 'http://localhost:7071',
      systemKey: 'key',
      rpcBaseUrl: rpc.rpcBaseUrl,
    });
    close = async () => {
      await extension.stop();
      await rpc.close();
    };
    withClient = async (doIt) => {
      let result: Awaited<ReturnType<typeof doIt>> | undefined;
      use = async (client) => {
        result = await doIt(client);
      };
      await invoke('useClient', { string: 'null' });
      return result as Awaited<ReturnType<typeof doIt>>;
    };
  });
  afterAll(() => close());

  async function statusOnce(client: df.DurableClient, instanceId: string, runtimeStatus: string) {
    for (let i = 0; i < 200; i++) {
      const status = await client.getStatus(instanceId);
      if (status.runtimeStatus === runtimeStatus) return status;
    }
    throw new Error(`${instanceId} never became ${runtimeStatus}`);
  }

  test('starts, asks, raises, waits and purges', async () => {
    await withClient(async (client) => {
      const id = await client.startNew('waiting', { instanceId: 'one', input: { a: 1 }, version: '3.1' });
      expect(id).toBe('one');
      const running = await statusOnce(client, 'one', 'Running');
      expect(running).toMatchObject({ name: 'waiting', input: { a: 1 }, customStatus: { version: '3.1' } });
      expect(running.createdTime).toBeInstanceOf(Date);
      await client.raiseEvent('one', 'end', { b: 2 });
      expect(await statusOnce(client, 'one', 'Completed')).toMatchObject({ output: { b: 2 } });
      const listed = await client.getStatusBy({ runtimeStatus: [df.OrchestrationRuntimeStatus.Completed] });
      expect(listed).toMatchObject([{ instanceId: 'one' }]);
      expect(await client.purgeInstanceHistory('one')).toEqual({ instancesDeleted: 1 });
      expect(await client.purgeInstanceHistory('one')).toEqual({ instancesDeleted: 0 });
    });
  });

  test('rejects the second start with a text that has the status 409', async () => {
    await withClient(async (client) => {
      await client.startNew('waiting', { instanceId: 'two' });
      await expect(client.startNew('waiting', { instanceId: 'two' })).rejects.toThrow(
        /status code: 409.*already exists/,
      );
      await client.terminate('two', 'enough');
      expect(await statusOnce(client, 'two', 'Terminated')).toMatchObject({ output: 'enough' });
    });
  });

  test('rejects an event for an unknown id, swallows one for an ended instance', async () => {
    await withClient(async (client) => {
      await expect(client.raiseEvent('nobody', 'end', 1)).rejects.toThrow("No instance with ID 'nobody' found.");
      await client.startNew('waiting', { instanceId: 'three' });
      await client.raiseEvent('three', 'end', 1);
      await statusOnce(client, 'three', 'Completed');
      await expect(client.raiseEvent('three', 'end', 1)).resolves.toBeUndefined();
      const purged = await client.purgeInstanceHistoryBy({ createdTimeFrom: new Date(0) });
      expect(purged.instancesDeleted).toBeGreaterThanOrEqual(1);
    });
  });

  test('reads a list of several pages to its end', async () => {
    await withClient(async (client) => {
      const ids = Array.from({ length: 120 }, (_, i) => `many-${i}`);
      await Promise.all(ids.map((instanceId) => client.startNew('waiting', { instanceId })));
      const listed = await client.getStatusAll();
      expect(listed.map(({ instanceId }) => instanceId)).toEqual(expect.arrayContaining(ids));
    });
  });
});
