import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub } from '../support/hub.ts';

describe('what an orchestrator function gets', () => {
  test('is one JSON text with the whole history: played events, then those of this turn', async () => {
    const hub = await startHub({
      orchestrators: {
        one: function* (context) {
          return yield context.df.callActivity('work', { n: 1 });
        },
      },
      activities: { work: ({ n }: { n: number }) => n + 1 },
    });
    await hub.start('one', { some: 'input' });
    const turns = hub.calls.filter(({ name }) => name === 'one').map(({ input }) => JSON.parse(input));
    expect(turns).toHaveLength(2);
    const { history: firstHistory, ...first } = turns[0];
    expect(first).toEqual({
      input: { some: 'input' },
      instanceId: 'x',
      isReplaying: false,
      parentInstanceId: null,
      upperSchemaVersion: 1,
      upperSchemaVersionNew: 3,
      longRunningTimerIntervalDuration: '3.00:00:00',
      maximumShortTimerDuration: '6.00:00:00',
      defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
    });
    const shown = (event: Record<string, unknown>) => [event.EventType, event.EventId, event.IsPlayed];
    expect(firstHistory.map(shown)).toEqual([
      [12, -1, false],
      [0, -1, false],
    ]);
    expect(turns[1].isReplaying).toBe(true);
    expect(turns[1].history.map(shown)).toEqual([
      [12, -1, true],
      [0, -1, true],
      [4, 0, true],
      [13, -1, true],
      [12, -1, false],
      [5, -1, false],
    ]);
    expect(turns[1].history[5]).toMatchObject({ TaskScheduledId: 0, Result: '2' });
    expect(turns[1].history[2]).toMatchObject({ Name: 'work', Input: null });
  });

  test('reaches the activity as JSON: a string stays a string, an object an object, nothing is null', async () => {
    const seen: unknown[] = [];
    const hub = await startHub({
      orchestrators: {
        inputs: function* (context) {
          yield context.df.callActivity('note', 'text');
          yield context.df.callActivity('note', '{"not":"an object"}');
          yield context.df.callActivity('note', { an: 'object' });
          yield context.df.callActivity('note');
        },
      },
      activities: { note: (input: unknown) => void seen.push(input) },
    });
    await hub.start('inputs');
    expect(seen).toEqual(['text', '{"not":"an object"}', { an: 'object' }, null]);
  });

  test('sequence ids go up over activities, timers and sub-orchestrations', async () => {
    const hub = await startHub({
      orchestrators: {
        mix: function* (context) {
          yield context.df.Task.all([
            context.df.callActivity('work'),
            context.df.waitForExternalEvent('go'),
            context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5)),
            context.df.callSubOrchestrator('child'),
          ]);
          return yield context.df.callActivity('work');
        },
        child: function* () {
          return 'child';
        },
      },
      activities: { work: () => 'worked' },
    });
    await hub.start('mix');
    await hub.raise('go');
    await hub.clock.runFor(5);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'worked' });
    const ids = (await hub.store.readHistory('x')).map((event) => [event.EventType, event.EventId]);
    expect(ids.filter(([, id]) => (id ?? -1) >= 0)).toEqual([
      [4, 0],
      [10, 1],
      [7, 2],
      [4, 3],
      [1, 4],
    ]);
  });
});

describe('how an instance ends', () => {
  const failing: OrchestrationHandler = function* (context) {
    yield context.df.callActivity('bad');
  };
  const bad = () => {
    throw new Error('boom');
  };

  test('the return value is the output', async () => {
    const hub = await startHub({
      orchestrators: {
        value: function* (context) {
          const results = yield context.df.Task.all([1, 2, 3].map((n) => context.df.callActivity('square', n)));
          return { results };
        },
      },
      activities: { square: (n: number) => n * n },
    });
    await hub.start('value');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: { results: [1, 4, 9] } });
  });

  test('a thrown error makes it Failed with the real text', async () => {
    const hub = await startHub({
      orchestrators: {
        throwing: function* () {
          throw new Error('no way');
        },
      },
    });
    await hub.start('throwing');
    expect(await hub.status()).toMatchObject({
      httpStatus: 200,
      runtimeStatus: 'Failed',
      output: "Orchestrator function 'throwing' failed: no way",
    });
  });

  test('a failed activity throws "Reason \\n Details" at the yield, where it can be caught', async () => {
    const hub = await startHub({
      orchestrators: {
        catching: function* (context) {
          try {
            yield context.df.callActivity('bad');
          } catch (error) {
            return error instanceof Error ? error.message.split(' \n ') : 'not an error';
          }
        },
      },
      activities: { bad },
    });
    await hub.start('catching');
    const { runtimeStatus, output } = await hub.status();
    expect(runtimeStatus).toBe('Completed');
    expect(output).toEqual(["Activity function 'bad' failed: boom", expect.stringContaining('"Message":"boom"')]);
  });

  test('a failed activity that is not caught fails the instance', async () => {
    const hub = await startHub({ orchestrators: { failing }, activities: { bad } });
    await hub.start('failing');
    expect(await hub.status()).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringMatching(/^Orchestrator function 'failing' failed: Activity function 'bad' failed: boom/),
    });
  });

  test('Task.any returns with the first, Task.all fails with the first failure but waits for open tasks', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hub = await startHub({
      orchestrators: {
        any: function* (context) {
          const slow = context.df.callActivity('slow');
          const quick = context.df.callActivity('quick');
          return (yield context.df.Task.any([slow, quick])) === quick ? 'quick' : 'slow';
        },
      },
      activities: { slow: () => hub.clock.suspend(held), quick: () => 1 },
    });
    await hub.start('any');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    release();
    await hub.settle();
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'quick' });
  });

  test('an unknown activity fails the instance and names the known ones', async () => {
    const hub = await startHub({ orchestrators: { failing }, activities: { good: () => 1 } });
    await hub.start('failing');
    expect(await hub.status()).toMatchObject({
      runtimeStatus: 'Failed',
      output:
        "Orchestrator function 'failing' failed: The function 'bad' doesn't exist, is disabled, or is not an activity function. Additional info: The following are the known activity functions: 'good'.",
    });
  });

  test('entities and callHttp are refused with a clear text', async () => {
    const hub = await startHub({
      orchestrators: {
        http: function* (context) {
          yield context.df.callHttp({ method: 'GET', url: 'http://127.0.0.1/' });
        },
      },
    });
    await hub.start('http');
    expect(await hub.status()).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining('the local host does not support callHttp'),
    });
  });
});

describe('the custom status', () => {
  const custom: OrchestrationHandler = function* (context) {
    context.df.setCustomStatus({ phase: 'waiting' });
    const value = yield context.df.waitForExternalEvent('set');
    context.df.setCustomStatus(value);
    yield context.df.waitForExternalEvent('end');
  };

  test('is shown as it was set', async () => {
    const hub = await startHub({ orchestrators: { custom } });
    await hub.start('custom');
    expect(await hub.status()).toMatchObject({ customStatus: { phase: 'waiting' } });
    await hub.raise('set', 'next');
    expect(await hub.status()).toMatchObject({ customStatus: 'next' });
  });

  test('is not sent when falsy; the provider then writes none', async () => {
    const hub = await startHub({ orchestrators: { custom } });
    await hub.start('custom');
    await hub.raise('set', 0);
    expect(await hub.status()).toMatchObject({ customStatus: null });
  });
});
