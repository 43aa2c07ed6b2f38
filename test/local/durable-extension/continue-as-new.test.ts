import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub } from './support/hub.ts';

const at = (date: Date, ms: number) => new Date(date.getTime() + ms);

/** First generation: one activity, then continueAsNew. Second: waits for the event, at most a minute. */
const twoGenerations: OrchestrationHandler = function* (context) {
  if (context.df.getInput<number>() === 1) {
    yield context.df.callActivity('work');
    context.df.continueAsNew(2);
    return;
  }
  const event = context.df.waitForExternalEvent('event');
  const timer = context.df.createTimer(at(context.df.currentUtcDateTime, 60_000));
  if ((yield context.df.Task.any([event, timer])) !== event) return 'nothing came';
  timer.cancel();
  return event.result;
};

describe('continueAsNew', () => {
  test('starts an empty history with the new input, execution id and created time', async () => {
    const hub = await startHub(
      { orchestrators: { twoGenerations }, activities: { work: () => 1 } },
      { faults: { deliveryDelayMs: ({ queue }) => (queue === 'work' ? 60_000 : 0) } },
    );
    await hub.start('twoGenerations', 1);
    expect(await hub.status()).toMatchObject({ input: 1, createdTime: '2026-01-01T00:00:00Z' });
    await hub.clock.runFor(60_000);
    expect(await hub.status()).toMatchObject({
      runtimeStatus: 'Running',
      input: 2,
      createdTime: '2026-01-01T00:01:00Z',
    });
    const history = await hub.store.readHistory('x');
    expect(history.map((event) => event.EventType)).toEqual([12, 0, 13, 10, 13]);
  });

  test('loses an event that was already buffered', async () => {
    const hub = await startHub({
      orchestrators: { twoGenerations },
      activities: { work: async () => void (await hub.request('POST', 'instances/x/raiseEvent/event', '"buffered"')) },
    });
    await hub.start('twoGenerations', 1);
    await hub.clock.runFor(60_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'nothing came' });
  });

  test('carries over an event that comes later in the same batch', async () => {
    const hub = await startHub(
      { orchestrators: { twoGenerations }, activities: { work: () => 1 } },
      // Everything but the start arrives at the same instant: first the result, then the event.
      {
        faults: {
          deliveryDelayMs: ({ event }) => (event.EventType === 5 ? 1_000 : event.EventType === 15 ? 1_000 : 0),
        },
      },
    );
    await hub.start('twoGenerations', 1);
    await hub.raise('event', 'carried over');
    await hub.clock.runFor(1_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'carried over' });
  });

  test('loses an event between two results of a Task.all, although both come in turns of their own', async () => {
    const hub = await startHub(
      {
        orchestrators: {
          both: function* (context) {
            if (context.df.getInput<number>() === 2) return yield* twoGenerations(context);
            yield context.df.Task.all([context.df.callActivity('work', 1), context.df.callActivity('work', 2)]);
            context.df.continueAsNew(2);
          },
        },
        activities: { work: (n: number) => n },
      },
      { faults: { deliveryDelayMs: ({ event }) => (event.EventType === 5 && event.Result === '2' ? 1_000 : 0) } },
    );
    await hub.start('both', 1);
    await hub.raise('event', 'between');
    await hub.clock.runFor(61_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'nothing came' });
  });

  test('delivers an event that was still queued to the new generation', async () => {
    const hub = await startHub({ orchestrators: { twoGenerations }, activities: { work: () => 1 } });
    await hub.start('twoGenerations', 1);
    await hub.raise('event', 'in time');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'in time' });
  });

  test('waits for an open timer: the new generation starts only when that has fired', async () => {
    const hub = await startHub({
      orchestrators: {
        impatient: function* (context) {
          if (context.df.getInput<number>() === 2) return 'second generation';
          const timer = context.df.createTimer(at(context.df.currentUtcDateTime, 900_000));
          const event = context.df.waitForExternalEvent('event');
          yield context.df.Task.any([event, timer]);
          context.df.continueAsNew(2);
        },
      },
    });
    await hub.start('impatient', 1);
    await hub.raise('event');
    await hub.clock.runFor(899_999);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running', input: 1 });
    await hub.clock.runFor(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'second generation' });
  });

  test('keeps the custom status of the old generation until the second turn of the new one', async () => {
    const hub = await startHub({
      orchestrators: {
        silent: function* (context) {
          if (context.df.getInput<number>() === 2) {
            yield context.df.waitForExternalEvent('a');
            yield context.df.waitForExternalEvent('b');
            return;
          }
          context.df.setCustomStatus('from the first');
          context.df.continueAsNew(2);
        },
      },
    });
    await hub.start('silent', 1);
    expect(await hub.status()).toMatchObject({ input: 2, customStatus: 'from the first' });
    await hub.raise('a');
    expect(await hub.status()).toMatchObject({ customStatus: null });
  });

  test('drops the timer of an earlier generation when it comes due', async () => {
    const hub = await startHub({
      orchestrators: {
        cancelling: function* (context) {
          if (context.df.getInput<number>() === 2) {
            yield context.df.waitForExternalEvent('never');
            return;
          }
          const timer = context.df.createTimer(at(context.df.currentUtcDateTime, 1_000));
          const event = context.df.waitForExternalEvent('event');
          yield context.df.Task.any([event, timer]);
          timer.cancel();
          context.df.continueAsNew(2);
        },
      },
    });
    await hub.start('cancelling', 1);
    await hub.raise('event');
    const before = (await hub.store.readHistory('x')).length;
    expect(before).toBeGreaterThan(0);
    await hub.clock.runFor(2_000);
    expect(await hub.store.readHistory('x')).toHaveLength(before);
    expect(await hub.store.load()).toEqual([]);
  });
});
