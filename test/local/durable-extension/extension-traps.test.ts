import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { createExtensionTraps, type ExtensionTrap } from '../../../local/durable-extension/extension-traps.ts';
import { startHub } from './support/hub.ts';

const waitsForStop: OrchestrationHandler = function* ({ df }) {
  yield df.waitForExternalEvent('stop');
  return df.currentUtcDateTime.getTime() - Date.UTC(2026, 0, 1);
};

const waitsForTenSeconds: OrchestrationHandler = function* ({ df }) {
  yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + 10_000));
  return df.currentUtcDateTime.getTime() - Date.UTC(2026, 0, 1);
};

const play = (traps: readonly ExtensionTrap[], draw: number) =>
  startHub(
    { orchestrators: { waitsForStop, waitsForTenSeconds } },
    { faults: createExtensionTraps(traps, { random: () => draw, pollingIntervalMs: 10_000 }) },
  );

describe('the trap lost-events', () => {
  test('answers 202 for an event before the instance has begun, and discards it', async () => {
    const hub = await play(['lost-events'], 0.1);
    await hub.start('waitsForStop');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Pending' });
    expect(await hub.raise('stop')).toMatchObject({ status: 202 });
    await hub.clock.runFor(60_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
    await hub.raise('stop');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
  });

  test('spares most starts', async () => {
    const hub = await play(['lost-events'], 0.2);
    await hub.start('waitsForStop');
    await hub.raise('stop');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
  });
});

test('the trap early-timers lets a timer fire up to a second before it is due', async () => {
  const hub = await play(['early-timers'], 0.98);
  await hub.start('waitsForTenSeconds');
  await hub.clock.runFor(60_000);
  expect(await hub.status()).toMatchObject({ output: 9_020 });
});

describe('the trap polling', () => {
  test('lets each message wait until its queue is looked at', async () => {
    const hub = await play(['polling'], 0);
    await hub.clock.runFor(1_000);
    await hub.start('waitsForTenSeconds');
    await hub.clock.runFor(60_000);
    // Begun at 10 s, due at 20 s, which is when the queue is looked at.
    expect(await hub.status()).toMatchObject({ output: 20_000 });
  });

  test('lets no event overtake the start of its instance', async () => {
    const hub = await play(['polling'], 0);
    await hub.clock.runFor(1_000);
    await hub.start('waitsForStop');
    await hub.clock.runFor(5_000);
    await hub.raise('stop');
    await hub.clock.runFor(4_000);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 10_000 });
  });
});

test('without a trap nothing is early, late or lost', async () => {
  const hub = await play([], 0);
  await hub.start('waitsForTenSeconds');
  await hub.clock.runFor(60_000);
  expect(await hub.status()).toMatchObject({ output: 10_000 });
});
