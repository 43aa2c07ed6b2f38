import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { type Hub, loadApp, startHub } from './support/hub.ts';

const at = (date: Date, ms: number) => new Date(date.getTime() + ms);

/** Three beats; the waiting strategy decides what becomes of an event that comes while the activity runs. */
const loop = (waiting: 'reused with check' | 'reused without check' | 'new per beat'): OrchestrationHandler =>
  function* (context) {
    const once = context.df.waitForExternalEvent('stop');
    for (let beat = 1; beat <= 3; beat++) {
      const stop = waiting === 'new per beat' ? context.df.waitForExternalEvent('stop') : once;
      const timer = context.df.createTimer(at(context.df.currentUtcDateTime, 1_000));
      if ((yield context.df.Task.any([stop, timer])) === stop) {
        timer.cancel();
        return `event before beat ${beat}`;
      }
      yield context.df.callActivity('beat');
      if (waiting === 'reused with check' && stop.isCompleted) return `event during beat ${beat}`;
    }
    return 'all beats';
  };

/** Starts the loop, and raises the event while the first beat's activity runs. */
async function raiseDuringFirstBeat(waiting: Parameters<typeof loop>[0]): Promise<Hub> {
  let beats = 0;
  const hub: Hub = await startHub({
    orchestrators: { loop: loop(waiting) },
    activities: {
      beat: async () => {
        if (++beats === 1) await hub.request('POST', 'instances/x/raiseEvent/stop', 'null');
      },
    },
  });
  await hub.start('loop');
  await hub.clock.runFor(60_000);
  return hub;
}

test('an event that came before a timer was due comes first, though nobody fetched either until both were there', async () => {
  const app = { orchestrators: { loop: loop('reused with check') }, activities: { beat: () => undefined } };
  const startEngine = await loadApp(app);
  const { clock, store, ...first } = await startEngine();
  await first.start('loop');
  await first.extension.stop();
  await clock.runFor(900);
  await first.raise('stop');
  await clock.runFor(900);
  const second = await startEngine({ clock, store });
  await clock.runFor(0);
  expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'event before beat 1' });
});

test('nor does a timer overtake it in an engine that is too busy for both', async () => {
  let release = () => {};
  const busy = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hub = await startHub(
    { orchestrators: { loop: loop('reused with check') }, activities: { beat: () => undefined } },
    {
      maxConcurrentOrchestrators: 1,
      wrapInvoke: (invoke) => async (name, trigger) => {
        if (trigger.string?.includes('"instanceId":"other"') === true) await hub.clock.suspend(busy);
        return invoke(name, trigger);
      },
    },
  );
  await hub.start('loop');
  await hub.start('loop', undefined, 'other');
  await hub.clock.runFor(900);
  await hub.request('POST', 'instances/x/raiseEvent/stop', 'null');
  await hub.clock.runFor(900);
  release();
  await hub.settle();
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'event before beat 1' });
});

describe('an event raised while an activity runs', () => {
  test('ends the loop right after the activity when one wait is reused and looked at', async () => {
    expect(await (await raiseDuringFirstBeat('reused with check')).status()).toMatchObject({
      runtimeStatus: 'Completed',
      output: 'event during beat 1',
    });
  });

  test('is ignored when the reused wait is not looked at: Task.any over a completed wait never yields it', async () => {
    expect(await (await raiseDuringFirstBeat('reused without check')).status()).toMatchObject({
      runtimeStatus: 'Completed',
      output: 'all beats',
    });
  });

  test('is lost when each beat makes a new wait: the abandoned one eats it', async () => {
    expect(await (await raiseDuringFirstBeat('new per beat')).status()).toMatchObject({
      runtimeStatus: 'Completed',
      output: 'all beats',
    });
  });
});

test('the last of several waiters for one name gets the event', async () => {
  const hub = await startHub({
    orchestrators: {
      two: function* (context) {
        const first = context.df.waitForExternalEvent('go');
        const second = context.df.waitForExternalEvent('go');
        const winner = yield context.df.Task.any([first, second]);
        return winner === second ? 'second' : 'first';
      },
    },
  });
  await hub.start('two');
  await hub.raise('go');
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'second' });
});

test('events without a waiter are kept and given out in order', async () => {
  const hub = await startHub({
    orchestrators: {
      later: function* (context) {
        yield context.df.waitForExternalEvent('open');
        const first = yield context.df.waitForExternalEvent('item');
        const second = yield context.df.waitForExternalEvent('item');
        return [first, second];
      },
    },
  });
  await hub.start('later');
  await hub.raise('item', { n: 1 });
  await hub.raise('item', { n: 2 });
  await hub.raise('open');
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: [{ n: 1 }, { n: 2 }] });
});

test('an event that arrives before the first turn is deferred, not lost', async () => {
  const hub = await startHub({
    orchestrators: {
      wait: function* (context) {
        return yield context.df.waitForExternalEvent('early');
      },
    },
  });
  await hub.request('POST', 'orchestrators/wait/x');
  expect((await hub.raise('early', 'bird')).status).toBe(202);
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'bird' });
});

test('an event name in another case does not reach JavaScript: the instance waits on', async () => {
  const hub = await startHub({
    orchestrators: {
      wait: function* (context) {
        return yield context.df.waitForExternalEvent('Go');
      },
    },
  });
  await hub.start('wait');
  await hub.raise('gO', 1);
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
  await hub.raise('Go', 2);
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 2 });
});

test('waits take no sequence id and do not keep an instance from completing', async () => {
  const hub = await startHub({
    orchestrators: {
      open: function* (context) {
        const never = context.df.waitForExternalEvent('never');
        yield context.df.Task.any([never, context.df.callActivity('quick')]);
        return 'done';
      },
    },
    activities: { quick: () => 1 },
  });
  await hub.start('open');
  const status = await hub.status('showHistory=true');
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: 'done' });
  const messages = await hub.store.readHistory('x');
  expect(messages.find((event) => event.EventType === 4)?.EventId).toBe(0);
});
