import type { OrchestrationHandler } from 'durable-functions';
import { expect, test } from 'vitest';
import { startHub } from './support/hub.ts';

const beatMs = 15 * 60_000;
const beatsPerGeneration = 48;

/** The loop of a call: wait for a timer or the end event, call an activity, continue as new after 48 beats. */
const keepAlive: OrchestrationHandler = function* (context) {
  const { beats } = context.df.getInput<{ beats: number }>();
  const ended = context.df.waitForExternalEvent('callEnded');
  for (let beat = 1; beat <= beatsPerGeneration; beat++) {
    const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + beatMs));
    const winner = yield context.df.Task.any([ended, timer]);
    if (winner === ended) {
      timer.cancel();
      return { beats: beats + beat - 1, reason: 'ended' };
    }
    yield context.df.callActivity('beat', { beat: beats + beat });
    if (ended.isCompleted) return { beats: beats + beat, reason: 'ended' };
  }
  context.df.continueAsNew({ beats: beats + beatsPerGeneration });
};

test('a day of keepAlives every 15 minutes runs 96 beats at their time, in three generations, and ends at the event', async () => {
  const beats: { beat: number; atMs: number }[] = [];
  const hub = await startHub({
    orchestrators: { keepAlive },
    activities: {
      beat: ({ beat }: { beat: number }) => {
        beats.push({ beat, atMs: hub.clock.nowMs() });
      },
    },
  });
  const startedMs = hub.clock.nowMs();
  await hub.start('keepAlive', { beats: 0 });
  await hub.clock.runFor(24 * 3_600_000);
  expect(beats).toEqual(
    Array.from({ length: 96 }, (_, index) => ({ beat: index + 1, atMs: startedMs + (index + 1) * beatMs })),
  );
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running', input: { beats: 96 } });

  await hub.raise('callEnded');
  expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: { beats: 96, reason: 'ended' } });
  expect(hub.extension.pendingCount()).toBe(0);
});
