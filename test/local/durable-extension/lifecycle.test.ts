import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub } from './support/hub.ts';

const waiting: OrchestrationHandler = function* (context) {
  const first = yield context.df.waitForExternalEvent('a');
  const second = yield context.df.callActivity('work', first);
  yield context.df.waitForExternalEvent('b');
  return second;
};

const app = { orchestrators: { waiting }, activities: { work: (n: number) => n + 1 } };

describe('a suspended instance', () => {
  test('says so, shows the reason as its output, and buffers what comes until it is resumed', async () => {
    const hub = await startHub(app);
    await hub.start('waiting');
    expect((await hub.request('POST', 'instances/x/suspend?reason=lunch')).status).toBe(202);
    await hub.settle();
    expect(await hub.status()).toMatchObject({ httpStatus: 202, runtimeStatus: 'Suspended', output: 'lunch' });

    await hub.raise('a', 41);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Suspended' });
    expect(hub.calls.filter(({ name }) => name === 'work')).toEqual([]);

    await hub.request('POST', 'instances/x/resume?reason=back');
    await hub.settle();
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running', output: 'back' });
    expect(hub.calls.filter(({ name }) => name === 'work')).toHaveLength(1);
    await hub.raise('b');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 42 });
  });

  test('can be terminated', async () => {
    const hub = await startHub(app);
    await hub.start('waiting');
    await hub.request('POST', 'instances/x/suspend');
    await hub.request('POST', 'instances/x/terminate?reason=enough');
    await hub.settle();
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
  });

  test('holds back activities that were decided in the turn of the suspension', async () => {
    const hub = await startHub(app);
    await hub.request('POST', 'orchestrators/waiting/x');
    await hub.raise('a', 1);
    await hub.request('POST', 'instances/x/raiseEvent/a', '1');
    expect(hub.calls.filter(({ name }) => name === 'work')).toHaveLength(1);
    await hub.request('POST', 'orchestrators/waiting/y');
    await hub.request('POST', 'instances/y/raiseEvent/a', '1');
    await hub.request('POST', 'instances/y/suspend');
    await hub.settle();
    expect(await hub.status('', 'y')).toMatchObject({ runtimeStatus: 'Suspended' });
    await hub.request('POST', 'instances/y/resume');
    await hub.raise('b', null, 'y');
    expect(await hub.status('', 'y')).toMatchObject({ runtimeStatus: 'Completed', output: 2 });
  });
});

describe('a terminated instance', () => {
  test('ends at once with the reason as its output, without running further code', async () => {
    let cleaned = false;
    const hub = await startHub({
      orchestrators: {
        guarded: function* (context) {
          try {
            yield context.df.waitForExternalEvent('never');
          } finally {
            cleaned = true;
          }
        },
      },
    });
    await hub.start('guarded');
    expect((await hub.request('POST', 'instances/x/terminate?reason=because')).status).toBe(202);
    await hub.settle();
    expect(await hub.status()).toMatchObject({ httpStatus: 200, runtimeStatus: 'Terminated', output: 'because' });
    expect(cleaned).toBe(false);
  });

  test('stays terminated when the same batch also lets it continue as new', async () => {
    const hub = await startHub({
      orchestrators: {
        again: function* (context) {
          yield context.df.waitForExternalEvent('go');
          context.df.continueAsNew(null);
        },
      },
    });
    await hub.start('again');
    await Promise.all([
      hub.request('POST', 'instances/x/terminate?reason=stop'),
      hub.request('POST', 'instances/x/raiseEvent/go', 'null'),
    ]);
    await hub.settle();
    expect(hub.calls).toHaveLength(2);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Terminated', output: 'stop' });
  });

  test('discards results and timers that come later', async () => {
    const hub = await startHub({
      orchestrators: {
        busy: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
        },
      },
    });
    await hub.start('busy');
    await hub.request('POST', 'instances/x/terminate');
    await hub.settle();
    const before = await hub.status();
    expect(before.runtimeStatus).toBe('Terminated');
    await hub.clock.runFor(5_000);
    expect(await hub.status()).toEqual(before);
    expect(await hub.store.load()).toEqual([]);
  });
});

test.each(['terminate', 'suspend', 'resume'])(
  '%s answers 404 for an unknown and 410 for an ended instance',
  async (operation) => {
    const hub = await startHub({
      orchestrators: {
        short: function* () {
          return 1;
        },
      },
    });
    expect((await hub.request('POST', `instances/x/${operation}`)).status).toBe(404);
    await hub.start('short');
    expect((await hub.request('POST', `instances/x/${operation}`)).status).toBe(410);
  },
);
