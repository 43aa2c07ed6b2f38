import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../local/clock/virtual-clock.ts';

describe('the virtual clock', () => {
  it('stands still until it is run', () => {
    const clock = createVirtualClock({ startMs: 1_000 });
    let fired = false;
    clock.after(0, () => {
      fired = true;
    });
    expect(clock.nowMs()).toBe(1_000);
    expect(fired).toBe(false);
  });

  it('fires timers in order of due time, then of creation, whatever was cancelled', async () => {
    const timer = fc.record({ delayMs: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 200, size: 'max' }), async (list) => {
        const clock = createVirtualClock({ startMs: 0 });
        const seen: { delayMs: number; index: number; atMs: number }[] = [];
        const cancels = list.map(({ delayMs }, index) =>
          clock.after(delayMs, () => seen.push({ delayMs, index, atMs: clock.nowMs() })),
        );
        list.forEach(({ cancelled }, index) => {
          if (cancelled) cancels[index]?.();
        });
        await clock.runUntilIdle();
        const expected = list
          .map(({ delayMs, cancelled }, index) => ({ delayMs, index, atMs: delayMs, cancelled }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
          .map(({ cancelled: _, ...rest }) => rest);
        expect(seen).toEqual(expected);
        expect(clock.timerCount).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('runs exactly up to the asked time and stands there', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const seen: number[] = [];
    for (const delayMs of [10, 20, 21]) clock.after(delayMs, () => seen.push(delayMs));
    await clock.runUntil(20);
    expect(seen).toEqual([10, 20]);
    expect(clock.nowMs()).toBe(20);
    await clock.runFor(5);
    expect(seen).toEqual([10, 20, 21]);
    expect(clock.nowMs()).toBe(25);
  });

  it('runs promise reactions between two timers', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const seen: string[] = [];
    clock.after(1, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await null;
        seen.push('reaction');
        clock.after(1, () => seen.push('timer made by the reaction'));
      })();
    });
    clock.after(3, () => seen.push('later timer'));
    await clock.runUntilIdle();
    expect(seen).toEqual(['reaction', 'timer made by the reaction', 'later timer']);
  });

  it('does not move while tracked work is pending', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const seen: string[] = [];
    clock.after(1, () => {
      void clock.track(
        new Promise<void>((resolve) => {
          setTimeout(() => {
            seen.push(`work done at ${clock.nowMs()}`);
            resolve();
          }, 3);
        }),
      );
    });
    clock.after(2, () => seen.push('next timer'));
    await clock.runUntilIdle();
    expect(seen).toEqual(['work done at 1', 'next timer']);
  });

  it('moves while tracked work waits for virtual time in suspend', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const sleep = (ms: number) => clock.suspend(new Promise<void>((resolve) => void clock.after(ms, resolve)));
    let endedAtMs = -1;
    clock.after(5, () => {
      void clock.track(
        (async () => {
          await sleep(100);
          await sleep(100);
          endedAtMs = clock.nowMs();
        })(),
      );
    });
    await clock.runUntilIdle();
    expect(endedAtMs).toBe(205);
  });

  it('releases tracked work that fails', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const work = clock.track(Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    await clock.runFor(10);
    expect(clock.nowMs()).toBe(10);
  });

  it('jumps the time of day without touching the remaining time of timers', async () => {
    const clock = createVirtualClock({ startMs: 1_000_000 });
    let firedAtMs = 0;
    clock.after(100, () => {
      firedAtMs = clock.nowMs();
    });
    clock.jump(-500_000);
    expect(clock.nowMs()).toBe(500_000);
    await clock.runFor(99);
    expect(firedAtMs).toBe(0);
    await clock.runFor(1);
    expect(firedAtMs).toBe(500_100);
  });

  it('lets the process hear what comes from outside, such as the timeout of a test, though its timers never end', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    let heardAfter: number | undefined;
    let fired = 0;
    setImmediate(() => {
      heardAfter = fired;
    });
    const again = () => {
      fired += 1;
      if (heardAfter === undefined && fired < 10_000) clock.after(0, again);
    };
    again();
    await clock.runFor(1);
    expect(heardAfter).toBeLessThan(1_000);
  });

  it('refuses two runs at once', async () => {
    const clock = createVirtualClock({ startMs: 0 });
    const first = clock.runFor(1);
    await expect(clock.runFor(1)).rejects.toThrow('already running');
    await first;
  });
});
