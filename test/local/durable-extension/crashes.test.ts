import type { OrchestrationHandler } from 'durable-functions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HubFaults } from '../../../local/durable-extension/hub/hub-faults.ts';
import { InvocationLostError } from '../../../local/durable-extension/invocation-lost-error.ts';
import { type App, type Hub, type HubOptions, loadApp } from './support/hub.ts';

const steps = 4;

/** Four activities with a timer in between; the output tells what each gave. */
const work: OrchestrationHandler = function* (context) {
  const results: number[] = [];
  for (let step = 1; step <= steps; step++) {
    results.push(yield context.df.callActivity('step', step));
    yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
  }
  return results;
};

const done = [10, 20, 30, 40];

describe('an engine on a store that outlives it', () => {
  let runs: number[] = [];
  let during: (step: number) => unknown = () => undefined;
  let startEngine: (options?: HubOptions) => Promise<Hub>;

  beforeAll(async () => {
    const app: App = {
      orchestrators: { work },
      activities: {
        step: async (step: number) => {
          runs.push(step);
          await during(step);
          return step * 10;
        },
      },
    };
    startEngine = await loadApp(app);
  });

  function reset(whileStep: (step: number) => unknown = () => undefined): void {
    runs = [];
    during = whileStep;
  }

  test('goes on after a stop between two steps, with nothing lost', async () => {
    reset();
    const first = await startEngine();
    await first.start('work');
    await first.clock.runFor(1_500);
    await first.extension.stop();
    await first.clock.runFor(10_000);
    expect(runs).toEqual([1, 2]);
    const second = await startEngine({ clock: first.clock, store: first.store });
    await second.clock.runFor(10_000);
    expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
    expect(runs).toEqual([1, 2, 3, 4]);
  });

  test('runs the activity again that was under way when the engine was killed', async () => {
    let isKilled = false;
    reset((step) => {
      if (step !== 2 || isKilled) return;
      isKilled = true;
      first.extension.kill();
    });
    const first = await startEngine();
    await first.start('work');
    await first.clock.runFor(5_000);
    expect(runs).toEqual([1, 2]);
    const second = await startEngine({ clock: first.clock, store: first.store });
    await second.clock.runFor(10_000);
    expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
    expect(runs).toEqual([1, 2, 2, 3, 4]);
  });

  test.each(['beforeCommit', 'afterCommit'] as const)('survives a crash at each %s', async (hook) => {
    reset();
    const clean = await startEngine();
    await clean.start('work');
    await clean.clock.runFor(10_000);
    const perfect = runs.length;

    let crashes = 0;
    for (let crashAt = 2; ; crashAt++) {
      reset();
      let commits = 0;
      let hasCrashed = false;
      const crash = () => {
        if (++commits !== crashAt) return;
        hasCrashed = true;
        throw new Error('crash');
      };
      const faults: HubFaults = hook === 'beforeCommit' ? { beforeCommit: crash } : { afterCommit: crash };
      const first = await startEngine({ faults });
      await first.start('work');
      await first.clock.runFor(20_000);
      if (!hasCrashed) break;
      crashes++;
      const second = await startEngine({ clock: first.clock, store: first.store });
      await second.clock.runFor(20_000);
      expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
      expect(runs.length - perfect).toBeLessThanOrEqual(1);
      expect(await second.store.load()).toEqual([]);
    }
    // After the start request's commit: the first turn, and for each step an activity and two turns.
    expect(crashes).toBe(1 + 3 * steps);
  });

  test('two engines share the work of one store, and run each thing once', async () => {
    reset();
    const oneAtATime = { maxConcurrentOrchestrators: 1, maxConcurrentActivities: 1 };
    const first = await startEngine(oneAtATime);
    const second = await startEngine({ ...oneAtATime, clock: first.clock, store: first.store });
    for (let i = 0; i < 20; i++) await first.request('POST', `orchestrators/work/i${i}`);
    await first.clock.runFor(20_000);
    for (let i = 0; i < 20; i++) {
      expect(await second.status('', `i${i}`)).toMatchObject({ runtimeStatus: 'Completed', output: done });
    }
    expect(runs).toHaveLength(20 * steps);
    expect(first.calls.length + second.calls.length).toBe(20 * (1 + 3 * steps));
    expect(Math.min(first.calls.length, second.calls.length)).toBeGreaterThan(50);
    expect(await first.store.load()).toEqual([]);
    expect([first.extension.pendingCount(), second.extension.pendingCount()]).toEqual([0, 0]);
  });

  test('a turn that another commit overtook is made again at once, on what is there now', async () => {
    reset();
    const hub: Hub = await startEngine({
      extensionVersion: '2.13',
      wrapInvoke: (invoke) => async (name, trigger) => {
        const result = await invoke(name, trigger);
        if (hub.calls.length === 1) await hub.request('DELETE', 'instances/x');
        return result;
      },
    });
    await hub.start('work');
    expect((await hub.status()).httpStatus).toBe(404);
    expect(await hub.store.load()).toEqual([]);
    expect([hub.calls.length, hub.extension.pendingCount()]).toEqual([1, 0]);
  });

  test('another engine goes on with a turn that a killed one had in hand', async () => {
    reset();
    let isKilled = false;
    const dying: HubOptions['wrapInvoke'] = (invoke) => async (name, trigger) => {
      if (!isKilled) {
        isKilled = true;
        first.extension.kill(60_000);
      }
      return invoke(name, trigger);
    };
    const first = await startEngine({ wrapInvoke: dying });
    const second = await startEngine({ clock: first.clock, store: first.store });
    await first.start('work');
    await first.clock.runFor(59_999);
    expect(await second.status()).toMatchObject({ runtimeStatus: 'Pending' });
    await first.clock.runFor(20_000);
    expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
  });

  test('another engine takes over the activity that a killed one had in hand, when its claims run out', async () => {
    let isKilled = false;
    reset((step) => {
      if (step !== 2 || isKilled) return;
      isKilled = true;
      first.extension.kill(60_000);
    });
    const first = await startEngine();
    const second = await startEngine({ clock: first.clock, store: first.store });
    await first.start('work');
    await first.clock.runFor(59_000);
    expect(runs).toEqual([1, 2]);
    await first.clock.runFor(60_000);
    expect(runs).toEqual([1, 2, 2, 3, 4]);
    expect(await second.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
  });

  test('an activity delivered twice runs twice, and its second result changes nothing', async () => {
    reset();
    const hub = await startEngine({ faults: { runActivityTwice: ({ event }) => event.EventId === 2 } });
    await hub.start('work');
    await hub.clock.runFor(20_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
    expect(runs).toEqual([1, 2, 2, 3, 4]);
    const results = (await hub.store.readHistory('x')).filter((e) => e.EventType === 5);
    expect(results.map(({ TaskScheduledId }) => TaskScheduledId)).toEqual([0, 2, 2, 4, 6]);
    expect(await hub.store.load()).toEqual([]);
  });

  test('late messages delay an instance and lose nothing', async () => {
    reset();
    const hub = await startEngine({ faults: { deliveryDelayMs: ({ queue }) => (queue === 'work' ? 2_000 : 500) } });
    await hub.start('work');
    await hub.clock.runFor(14_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.clock.runFor(10_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
  });

  test.each(['work', 'step'])(
    'a lost worker in %s: the call is made again after the redelivery delay',
    async (lost) => {
      reset();
      let losses = 0;
      const hub = await startEngine({
        redeliveryDelayMs: 60_000,
        wrapInvoke: (invoke) => async (name, trigger) => {
          const result = await invoke(name, trigger);
          if (name !== lost || losses > 0) return result;
          losses++;
          throw new InvocationLostError('the worker process ended');
        },
      });
      await hub.start('work');
      await hub.clock.runFor(59_999);
      expect(runs).toEqual(lost === 'work' ? [] : [1]);
      await hub.clock.runFor(20_000);
      expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: done });
      expect(runs).toEqual(lost === 'work' ? [1, 2, 3, 4] : [1, 1, 2, 3, 4]);
    },
  );
});

describe('limits', () => {
  test.each([1, 2])('run no more turns at once than %i', async (maxConcurrentOrchestrators) => {
    let running = 0;
    let most = 0;
    const startEngine = await loadApp({
      orchestrators: {
        quick: function* () {
          return 1;
        },
      },
    });
    const hub = await startEngine({
      maxConcurrentOrchestrators,
      wrapInvoke: (invoke) => async (name, trigger) => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => void setImmediate(resolve));
        running--;
        return invoke(name, trigger);
      },
    });
    await Promise.all([1, 2, 3, 4].map((n) => hub.request('POST', `orchestrators/quick/q${n}`)));
    await hub.settle();
    expect([most, hub.calls.length]).toEqual([maxConcurrentOrchestrators, 4]);
  });

  test('run no more activities and turns at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const startEngine = await loadApp({
      orchestrators: {
        fan: function* (context) {
          yield context.df.Task.all([1, 2, 3, 4, 5, 6, 7].map((n) => context.df.callActivity('slow', n)));
          return 'all';
        },
      },
      activities: {
        slow: async () => {
          most = Math.max(most, ++running);
          await hub.clock.suspend(new Promise<void>((resolve) => void hub.clock.after(100, resolve)));
          running--;
        },
      },
    });
    const hub = await startEngine({ maxConcurrentActivities: 3, maxConcurrentOrchestrators: 1 });
    await hub.start('fan');
    await hub.clock.runFor(299);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.clock.runFor(1);
    expect(most).toBe(3);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'all' });
  });
});
