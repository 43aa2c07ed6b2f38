import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { purgeEndedCalls } from '../../src/calls/purge-ended-calls.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newRecord } from '../contract/call-store-contract.ts';

const DAY_MS = 86_400_000;

test('a purge starts nothing new after four minutes, and says that it is not complete', async () => {
  const clock = createManualClock(Date.UTC(2026, 2, 3));
  const store = createMemoryCallStore();
  await store.insert(newRecord({ phase: 'ended', firstSeenAtMs: 0, endedAtMs: 0, endReason: 'terminated' }));
  let minutesEach = 1;
  const purge = () =>
    purgeEndedCalls({
      store,
      clock,
      callRetentionMs: 7 * DAY_MS,
      log: () => undefined,
      durable: {
        purgeFinished: async () => {
          clock.advance(minutesEach * 60_000);
          return 1;
        },
      },
    });
  expect(await purge()).toEqual({ instances: 4, records: 1, failed: 0, isComplete: false });
  minutesEach = 0;
  expect(await purge()).toEqual({ instances: 30, records: 0, failed: 0, isComplete: true });
});
