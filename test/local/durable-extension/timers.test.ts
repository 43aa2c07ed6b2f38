import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub, startMs } from './support/hub.ts';

const dayMs = 24 * 3_600_000;

const sleeping = (ms: number): OrchestrationHandler =>
  function* (context) {
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));
    return context.df.currentUtcDateTime.getTime();
  };

/** An event or a timer of 15 minutes; the timer is cancelled only when asked. */
const race = (cancels: boolean): OrchestrationHandler =>
  function* (context) {
    const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 900_000));
    const event = context.df.waitForExternalEvent('event');
    yield context.df.Task.any([event, timer]);
    if (cancels) timer.cancel();
    return 'done';
  };

describe('a timer', () => {
  test('fires when it is due', async () => {
    const hub = await startHub({ orchestrators: { sleeping: sleeping(900_000) } });
    await hub.start('sleeping');
    await hub.clock.runFor(899_999);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.clock.runFor(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: startMs + 900_000 });
  });

  test('in the past fires at once', async () => {
    const hub = await startHub({ orchestrators: { sleeping: sleeping(-5_000) } });
    await hub.start('sleeping');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
  });

  test('that is not cancelled keeps the finished orchestrator Running until it fires', async () => {
    const hub = await startHub({ orchestrators: { race: race(false) } });
    await hub.start('race');
    await hub.raise('event');
    await hub.clock.runFor(899_999);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running', output: null });
    await hub.clock.runFor(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'done' });
  });

  test('that is cancelled lets the instance complete at once', async () => {
    const hub = await startHub({ orchestrators: { race: race(true) } });
    await hub.start('race');
    await hub.raise('event');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'done' });
  });

  test('longer than six days is made of three-day pieces', async () => {
    const hub = await startHub({ orchestrators: { sleeping: sleeping(10 * dayMs) } });
    await hub.start('sleeping');
    await hub.clock.runFor(10 * dayMs - 1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.clock.runFor(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: startMs + 10 * dayMs });
    const created = await hub.store.readHistory('x');
    const fireDays = created.flatMap((event) =>
      event.EventType === 10 ? [(Date.parse(event.FireAt) - startMs) / dayMs] : [],
    );
    expect(fireDays).toEqual([3, 6, 9, 10]);
  });

  test('of exactly six days is one piece', async () => {
    const hub = await startHub({ orchestrators: { sleeping: sleeping(6 * dayMs) } });
    await hub.start('sleeping');
    await hub.clock.runFor(6 * dayMs);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
    expect((await hub.store.readHistory('x')).filter((event) => event.EventType === 10)).toHaveLength(1);
  });

  test('may fire early or late, as the fault says', async () => {
    const offsets = [-900, 5_000];
    const hub = await startHub(
      {
        orchestrators: {
          two: function* (context) {
            const times: number[] = [];
            for (let i = 0; i < 2; i++) {
              yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 10_000));
              times.push(context.df.currentUtcDateTime.getTime());
            }
            return times;
          },
        },
      },
      { faults: { timerDelayMs: () => offsets.shift() ?? 0 } },
    );
    await hub.start('two');
    await hub.clock.runFor(60_000);
    expect(await hub.status()).toMatchObject({ output: [startMs + 9_100, startMs + 9_100 + 15_000] });
  });

  test('waits beyond the longest setTimeout of Node.js', async () => {
    const hub = await startHub(
      { orchestrators: { sleeping: sleeping(6 * dayMs) } },
      { faults: { timerDelayMs: () => 40 * dayMs } },
    );
    await hub.start('sleeping');
    await hub.clock.runFor(46 * dayMs - 1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.clock.runFor(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
  });
});
