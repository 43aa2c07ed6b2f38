import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub } from './support/hub.ts';

const showsVersion: OrchestrationHandler = function* (context) {
  return context.df.version ?? 'none';
};

describe('the version of an instance', () => {
  test.each([
    ['none', undefined, ''],
    ['1.0', '1.0', ''],
    ['2.0', '1.0', '?version=2.0'],
    ['2.0', undefined, '?version=2.0'],
  ])('is %s with default version %s and start query "%s"', async (expected, defaultVersion, query) => {
    const hub = await startHub(
      { orchestrators: { showsVersion } },
      defaultVersion === undefined ? {} : { defaultVersion },
    );
    await hub.request('POST', `orchestrators/showsVersion/x${query}`);
    await hub.settle();
    expect(await hub.status()).toMatchObject({
      output: expected,
      ...(expected === 'none' ? {} : { version: expected }),
    });
  });

  test('stays for life, over continueAsNew and a new default', async () => {
    const hub = await startHub(
      {
        orchestrators: {
          again: function* (context) {
            if (context.df.getInput<number>() === 2) return context.df.version;
            context.df.continueAsNew(2);
          },
        },
      },
      { defaultVersion: '1.0' },
    );
    await hub.request('POST', 'orchestrators/again/x?version=7.0', 1);
    await hub.settle();
    expect(await hub.status()).toMatchObject({ output: '7.0' });
  });

  test('is not shown by extension 2.13', async () => {
    const hub = await startHub({ orchestrators: { showsVersion } }, { extensionVersion: '2.13', defaultVersion: '1' });
    await hub.start('showsVersion');
    expect(await hub.status()).not.toHaveProperty('version');
  });
});

describe('code that changed under a live instance fails it', () => {
  /** Runs `before` up to its wait, then goes on with `after`. */
  async function change(before: OrchestrationHandler, after: OrchestrationHandler) {
    let isChanged = false;
    const hub = await startHub({
      orchestrators: {
        changing: function* (context) {
          return yield* (isChanged ? after : before)(context);
        },
      },
      activities: { one: () => 1, two: () => 2 },
    });
    await hub.start('changing');
    isChanged = true;
    await hub.raise('go');
    return hub.status();
  }

  const calls = (name: 'one' | 'two'): OrchestrationHandler =>
    function* (context) {
      yield context.df.callActivity(name);
      yield context.df.waitForExternalEvent('go');
      return 'done';
    };

  test('another activity under the same sequence id', async () => {
    expect(await change(calls('one'), calls('two'))).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringMatching(
        /^Non-Deterministic workflow detected: .*an activity task with sequence ID 0 and name 'one', but .* a task with name 'two'/,
      ),
    });
  });

  test('a timer instead of an activity', async () => {
    const timer: OrchestrationHandler = function* (context) {
      yield context.df.createTimer(context.df.currentUtcDateTime);
      yield context.df.waitForExternalEvent('go');
    };
    expect(await change(calls('one'), timer)).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining('instead produced a CreateTimerOrchestratorAction action'),
    });
  });

  test('an activity that is not called any more', async () => {
    const nothing: OrchestrationHandler = function* (context) {
      yield context.df.waitForExternalEvent('go');
    };
    expect(await change(calls('one'), nothing)).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining("hasn't (yet?) scheduled this task"),
    });
  });

  test('the same code goes on', async () => {
    expect(await change(calls('one'), calls('one'))).toMatchObject({ runtimeStatus: 'Completed', output: 'done' });
  });
});
