import { app, type Timer } from '@azure/functions';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../local/clock/virtual-clock.ts';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';
import { parseTimerSchedule } from '../../../local/functions-host/timer-schedule.ts';
import { startTimers } from '../../../local/functions-host/timer-trigger.ts';

const startAt = '2025-03-10T08:01:30.000Z';
const minuteMs = 60_000;

async function started(register: () => void, appSettings: Record<string, string> = {}) {
  const registry = await loadFunctionApp(register);
  const clock = createVirtualClock({ startMs: Date.parse(startAt) });
  const invoke = createInvoke({ registry });
  const timers = startTimers({ registry, invoke, clock, appSettings });
  return { clock, timers, at: () => new Date(clock.nowMs()).toISOString().slice(11, 19) };
}

test('a timer function runs on its schedule, in UTC', async () => {
  const runs: string[] = [];
  const { clock, at } = await started(() => {
    app.timer('tick', { schedule: '0 */5 * * * *', handler: () => void runs.push(at()) });
  });
  await clock.runFor(16 * minuteMs);
  expect(runs).toEqual(['08:05:00', '08:10:00', '08:15:00']);
});

test('the function sees its schedule status, as the real host sends it', async () => {
  const seen: Timer[] = [];
  const { clock } = await started(() => {
    app.timer('tick', { schedule: '0 */5 * * * *', handler: (timer) => void seen.push(timer) });
  });
  await clock.runFor(10 * minuteMs);
  expect(seen).toEqual([
    {
      isPastDue: false,
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '0001-01-01T00:00:00+00:00',
        next: '2025-03-10T08:05:00.000+00:00',
        lastUpdated: '0001-01-01T00:00:00+00:00',
      },
    },
    {
      isPastDue: false,
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '2025-03-10T08:05:00.000+00:00',
        next: '2025-03-10T08:10:00.000+00:00',
        lastUpdated: '2025-03-10T08:05:00.000+00:00',
      },
    },
  ]);
});

test('a schedule of seconds, or one with useMonitor off, has no status', async () => {
  const seen: unknown[] = [];
  const { clock } = await started(() => {
    app.timer('often', { schedule: '*/30 * * * * *', handler: (timer) => void seen.push(timer.scheduleStatus) });
    app.timer('unwatched', {
      schedule: '0 2 8 * * *',
      useMonitor: false,
      handler: (timer) => void seen.push(timer.scheduleStatus),
    });
  });
  await clock.runFor(0.5 * minuteMs);
  expect(seen).toEqual([null, null]);
});

test('runOnStartup adds one run at the start', async () => {
  const runs: string[] = [];
  const { clock, at } = await started(() => {
    app.timer('tick', { schedule: '0 */5 * * * *', runOnStartup: true, handler: () => void runs.push(at()) });
  });
  await clock.runFor(5 * minuteMs);
  expect(runs).toEqual(['08:01:30', '08:05:00']);
});

test('runs of one function never overlap, and what a long run missed becomes one run right after it', async () => {
  const runs: string[] = [];
  let running = 0;
  let most = 0;
  const { clock, at } = await started(() => {
    app.timer('slow', {
      schedule: '0 */5 * * * *',
      handler: async () => {
        running += 1;
        most = Math.max(most, running);
        runs.push(at());
        await new Promise<void>((resolve) => clock.after(runs.length === 1 ? 12 * minuteMs : 0, resolve));
        running -= 1;
      },
    });
    app.timer('other', { schedule: '0 7 8 * * *', handler: () => void runs.push(`other ${at()}`) });
  });
  await clock.runFor(20 * minuteMs);
  expect(runs).toEqual(['08:05:00', 'other 08:07:00', '08:17:00', '08:20:00']);
  expect(most).toBe(1);
});

test('a run that fails does not stop the schedule', async () => {
  let runs = 0;
  const { clock } = await started(() => {
    app.timer('fails', {
      schedule: '0 */5 * * * *',
      handler: () => {
        runs += 1;
        throw new Error('no luck');
      },
    });
  });
  await clock.runFor(11 * minuteMs);
  expect(runs).toBe(2);
});

test('a schedule more than 24 days away is waited for in parts, none longer than a timer of Node can be', async () => {
  const runs: string[] = [];
  const { clock } = await started(() => {
    app.timer('yearly', {
      schedule: '0 0 0 1 1 *',
      handler: () => void runs.push(new Date(clock.nowMs()).toISOString()),
    });
  });
  const delays: number[] = [];
  const after = clock.after.bind(clock);
  clock.after = (delayMs, fire) => {
    delays.push(delayMs);
    return after(delayMs, fire);
  };
  await clock.runUntil(Date.parse('2026-06-01T00:00:00Z'));
  expect(runs).toEqual(['2026-01-01T00:00:00.000Z']);
  expect(delays.length).toBeGreaterThan(10);
  expect(Math.max(...delays)).toBeLessThan(2 ** 31);
});

test('a timer that fires early does not run the same moment twice', async () => {
  const runs: string[] = [];
  const { clock } = await started(() => {
    app.timer('tick', { schedule: '0 5 8 * * *', handler: () => void runs.push('run') });
  });
  clock.jump(-1000);
  await clock.runFor(6 * minuteMs);
  expect(runs).toEqual(['run']);
});

test('stop waits for the running function and starts no other', async () => {
  let finish = () => {};
  const seen: string[] = [];
  const { clock, timers } = await started(() => {
    app.timer('tick', {
      schedule: '0 */5 * * * *',
      handler: async () => {
        seen.push('start');
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        seen.push('end');
      },
    });
  });
  await clock.runFor(4 * minuteMs);
  const stopped = timers.stop().then(() => seen.push('stopped'));
  await clock.runFor(1);
  expect(seen).toEqual(['start']);
  finish();
  await stopped;
  await clock.runFor(30 * minuteMs);
  expect(seen).toEqual(['start', 'end', 'stopped']);
});

test('stop between two runs leaves no timer behind', async () => {
  const { clock, timers } = await started(() => {
    app.timer('tick', { schedule: '0 */5 * * * *', handler: () => undefined });
  });
  expect(clock.timerCount).toBe(1);
  await timers.stop();
  expect(clock.timerCount).toBe(0);
});

test.each([
  ['00:05:00', 300_000],
  ['00:00:30', 30_000],
  ['1.02:00:00', 26 * 3_600_000],
  ['00:10', 600_000],
])('the time span %s comes again after %i ms', (text, expectedMs) => {
  expect(parseTimerSchedule(text).nextMs(1_000)).toBe(1_000 + expectedMs);
});

test('a schedule may come from an app setting', async () => {
  const runs: string[] = [];
  const register = () => app.timer('tick', { schedule: '%SCHEDULE%', handler: () => void runs.push('run') });
  const { clock } = await started(register, { SCHEDULE: '0 */5 * * * *' });
  await clock.runFor(5 * minuteMs);
  expect(runs).toEqual(['run']);
  await expect(started(register)).rejects.toThrow('Timer function "tick": The schedule "%SCHEDULE%" needs');
});

test.each([
  ['24:00:00', 'a day as 1.00:00:00'],
  ['00:00:00', 'not a time span'],
  ['0 0 0 31 2 *', 'never occurs'],
  ['every day', '2 fields'],
])('the schedule %s is refused', (text, message) => {
  expect(() => parseTimerSchedule(text)).toThrow(message);
});
