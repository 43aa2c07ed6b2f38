import { type OrchestrationHandler, RetryOptions } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { startHub, startMs } from './support/hub.ts';

function retryOptions(attempts: number, more: Partial<RetryOptions> = {}): RetryOptions {
  return Object.assign(new RetryOptions(1_000, attempts), more);
}

const retrying = (options: RetryOptions): OrchestrationHandler =>
  function* (context) {
    try {
      return yield context.df.callActivityWithRetry('flaky', options);
    } catch {
      return 'gave up';
    }
  };

/** Runs the orchestrator against an activity that fails `failures` times; says when it ran, after the start. */
async function run(options: RetryOptions, failures: number) {
  const atMs: number[] = [];
  const hub = await startHub({
    orchestrators: { retrying: retrying(options) },
    activities: {
      flaky: () => {
        atMs.push(hub.clock.nowMs() - startMs);
        if (atMs.length <= failures) throw new Error(`failure ${atMs.length}`);
        return `ok after ${atMs.length}`;
      },
    },
  });
  await hub.start('retrying');
  await hub.clock.runFor(3_600_000);
  return { hub, atMs };
}

describe('callActivityWithRetry', () => {
  test('waits on a durable timer between attempts, first delay times coefficient to the power, capped', async () => {
    const { hub, atMs } = await run(
      retryOptions(6, { backoffCoefficient: 2, maxRetryIntervalInMilliseconds: 5_000 }),
      4,
    );
    expect(atMs).toEqual([0, 1_000, 3_000, 7_000, 12_000]);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'ok after 5' });
  });

  test('makes one more timer, due at once, after the last failure', async () => {
    const { hub, atMs } = await run(retryOptions(2), 9);
    expect(atMs).toEqual([0, 1_000]);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'gave up' });
    const timers = (await hub.store.readHistory('x')).filter(({ EventType }) => EventType === 10);
    expect(
      timers.map((timer) => [timer.EventId, 'FireAt' in timer ? Date.parse(timer.FireAt) - startMs : NaN]),
    ).toEqual([
      [1, 1_000],
      [3, 1_000],
    ]);
  });

  test('with one attempt fails after the timer that is due at once', async () => {
    const { hub, atMs } = await run(retryOptions(1), 9);
    expect(atMs).toEqual([0]);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'gave up' });
  });

  test('with a retry timeout hangs for ever: .NET stops without a timer, JavaScript waits for one', async () => {
    const { hub, atMs } = await run(retryOptions(10, { retryTimeoutInMilliseconds: 2_500 }), 99);
    expect(atMs).toEqual([0, 1_000, 2_000, 3_000]);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    expect(await hub.store.load()).toEqual([]);
  });
});

test('a sub-orchestration is retried under a new id', async () => {
  const ids: string[] = [];
  const hub = await startHub({
    orchestrators: {
      parent: function* (context) {
        return yield context.df.callSubOrchestratorWithRetry('child', retryOptions(3), 7);
      },
      child: function* (context) {
        yield context.df.callActivity('note', context.df.instanceId);
        return context.df.getInput<number>() + 1;
      },
    },
    activities: {
      note: (id: string) => {
        ids.push(id);
        if (ids.length < 3) throw new Error('not yet');
      },
    },
  });
  await hub.start('parent');
  await hub.clock.runFor(60_000);
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 8 });
  expect(new Set(ids).size).toBe(3);
});
