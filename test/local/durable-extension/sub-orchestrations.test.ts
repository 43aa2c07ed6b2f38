import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub } from './support/hub.ts';

const parent: OrchestrationHandler = function* (context) {
  try {
    return yield context.df.callSubOrchestrator('child', { n: 20 }, 'the-child');
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
};

describe('a sub-orchestration', () => {
  test('gets its input and gives its output to the parent', async () => {
    const hub = await startHub({
      orchestrators: {
        parent,
        child: function* (context) {
          const { n } = context.df.getInput<{ n: number }>();
          const event = yield context.df.waitForExternalEvent('add');
          return n + event;
        },
      },
    });
    await hub.start('parent');
    expect(await hub.status('', 'the-child')).toMatchObject({ parentInstanceId: 'x', runtimeStatus: 'Running' });
    await hub.raise('add', 22, 'the-child');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 42 });
  });

  test('without an id gets one of the parent execution id and the sequence id', async () => {
    const hub = await startHub({
      orchestrators: {
        parent: function* (context) {
          return yield context.df.callSubOrchestrator('child');
        },
        child: function* (context) {
          return context.df.instanceId;
        },
      },
    });
    await hub.start('parent');
    expect((await hub.status()).output).toMatch(/^[0-9a-f]{32}:0$/);
  });

  test('that fails throws at the parent', async () => {
    const hub = await startHub({
      orchestrators: {
        parent,
        child: function* () {
          throw new Error('bad child');
        },
      },
    });
    await hub.start('parent');
    expect(await hub.status('', 'the-child')).toMatchObject({ runtimeStatus: 'Failed' });
    expect((await hub.status()).output).toMatch(/^Orchestrator function 'child' failed: bad child/);
  });

  test('that continues as new answers the parent from its last generation', async () => {
    const hub = await startHub({
      orchestrators: {
        parent,
        child: function* (context) {
          const { n } = context.df.getInput<{ n: number }>();
          if (n < 22) context.df.continueAsNew({ n: n + 1 });
          return n;
        },
      },
    });
    await hub.start('parent');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 22 });
  });
});
