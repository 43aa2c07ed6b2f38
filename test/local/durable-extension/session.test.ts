import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../local/clock/virtual-clock.ts';
import { InvocationLostError } from '../../../local/durable-extension/invocation-lost-error.ts';
import { createMemoryHubStore } from '../../../local/durable-extension/memory-hub-store.ts';
import { installFunctionsCore } from '../../../local/functions-host/functions-core.ts';
import type { App, Hub } from './support/hub.ts';
import type { RandomLife } from './support/random-program.ts';

// First, for @azure/functions looks for its core module once, when it is loaded.
installFunctionsCore();
const { loadApp, startMs } = await import('./support/hub.ts');
const { programApp, randomLife } = await import('./support/random-program.ts');

const MINUTE_MS = 60_000;

/** What there is to see of a life: the status rows after each act, and what is left in the end. */
async function live({ program, acts }: RandomLife, fast: boolean) {
  const clock = createVirtualClock({ startMs });
  const store = createMemoryHubStore();
  const mismatches: string[] = [];
  const statuses: unknown[] = [];
  let ids = 0;
  const startHub = await loadApp(programApp());
  const start = () =>
    startHub({
      clock,
      store,
      fast,
      defaultVersion: '1.0',
      newId: () => (++ids).toString(16).padStart(32, '0'),
      onReplayMismatch: ({ message }) => mismatches.push(message),
    });
  let hub = await start();
  await hub.start('program', program);
  for (const { afterMinutes, act } of acts) {
    await clock.runFor(afterMinutes * MINUTE_MS);
    if (act.kind === 'raise') {
      await hub.raise(act.name, { at: clock.nowMs() });
    } else if (act.kind === 'restart') {
      hub.extension.kill();
      hub = await start();
    } else {
      await hub.request('POST', `instances/x/${act.kind}?reason=asked`);
      await hub.settle();
    }
    statuses.push(await store.queryInstances({ limit: 100 }));
  }
  await clock.runFor(60 * 24 * 60 * MINUTE_MS);

  const rows = await store.queryInstances({ limit: 100 });
  const histories = await Promise.all(rows.map(async (row) => await store.readHistory(row.instanceId)));
  return { statuses, rows, histories, mismatches };
}

test('a made-up orchestrator leaves the same histories and statuses behind in a session as with a replay in each turn', async () => {
  await fc.assert(
    fc.asyncProperty(randomLife, async (life) => {
      expect(await live(life, true)).toEqual(await live(life, false));
    }),
    { numRuns: 200 },
  );
}, 60_000);

/** Waits a minute, over and over, ten times in a generation, and logs each. */
const waiting: App = {
  orchestrators: {
    *waits(context) {
      const { df } = context;
      for (let count = 1; count <= 10; count++) {
        yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + MINUTE_MS));
        context.log(`waited ${count}`);
      }
      df.continueAsNew(null);
    },
  },
};

/** How often the orchestrator was called from its start. */
function callsOf({ calls }: Hub): number {
  return calls.filter(({ name }) => name === 'waits').length;
}

test('an orchestrator is called twice in a generation: for its first turn, and for the replay that checks its last', async () => {
  const hub = await (await loadApp(waiting))({ fast: true });
  await hub.start('waits');
  await hub.clock.runFor(5 * MINUTE_MS);
  expect(callsOf(hub)).toBe(1);
  await hub.clock.runFor(5 * MINUTE_MS);
  // The second, and the first of the next generation. More: is this the durable-functions that executor-session.ts knows?
  expect(callsOf(hub)).toBe(3);
  const text = await (await loadApp(waiting))();
  await text.start('waits');
  await text.clock.runFor(10 * MINUTE_MS);
  expect(callsOf(text)).toBe(12);
});

test('an orchestrator that goes on logs each line once, and it counts as its own', async () => {
  const lines: string[] = [];
  const hub = await (await loadApp(waiting))({ fast: true, onLog: ({ message }) => lines.push(message) });
  await hub.start('waits');
  await hub.clock.runFor(3 * MINUTE_MS);
  expect(lines).toEqual(['waited 1', 'waited 2', 'waited 3']);
});

test('after a restart the first turn replays the history, and the ones after it go on from there', async () => {
  const startHub = await loadApp(waiting);
  const before = await startHub({ fast: true });
  await before.start('waits');
  await before.clock.runFor(3 * MINUTE_MS);
  before.extension.kill();
  const { clock, store } = before;
  const after = await startHub({ fast: true, clock, store });
  await clock.runFor(3 * MINUTE_MS);
  expect([callsOf(before), callsOf(after)]).toEqual([1, 1]);
});

test('a turn that was lost leaves no session behind', async () => {
  let isLost = false;
  const hub = await (await loadApp(waiting))({
    fast: true,
    wrapInvoke: (invoke) => async (name, trigger) => {
      const result = await invoke(name, trigger);
      if (isLost) throw new InvocationLostError('the worker is gone');
      return result;
    },
  });
  await hub.start('waits');
  await hub.clock.runFor(9 * MINUTE_MS);
  expect(callsOf(hub)).toBe(1);
  isLost = true;
  // The check of the last turn is lost with its worker; the turn is run again a minute later.
  await hub.clock.runFor(MINUTE_MS);
  isLost = false;
  expect(callsOf(hub)).toBe(2);
  await hub.clock.runFor(MINUTE_MS);
  // Opened anew, checked, and the next generation begun.
  expect(callsOf(hub)).toBe(5);
});

test('an orchestrator that does other things when it is replayed is found out, with its instance and turn', async () => {
  let calls = 0;
  const mismatches: Error[] = [];
  const hub = await (
    await loadApp({
      orchestrators: {
        *moody({ df }) {
          calls++;
          yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + calls * MINUTE_MS));
          return 'done';
        },
      },
    })
  )({ fast: true, onReplayMismatch: (error) => mismatches.push(error) });
  await hub.start('moody');
  await hub.clock.runFor(MINUTE_MS);
  expect(mismatches).toHaveLength(1);
  expect(mismatches[0]).toMatchObject({ code: 'ReplayMismatch' });
  expect(mismatches[0]?.message).toMatch(/instance 'x'.*turn of 2026-01-01T00:01:00.000Z/);
});
