import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { createCallScan } from '../../src/calls/call-scan.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newCallId, newRecord } from '../contract/call-store-contract.ts';

const SECOND = 1_000;
const limits = toKeepaliveLimits({ intervalMs: 900 * SECOND, timeScale: 1 });

/** A scan that ends when it is told to. */
function slowScan() {
  const clock = createManualClock(Date.UTC(2026, 0, 5, 12));
  const ends: PromiseWithResolvers<void>[] = [];
  const store = createMemoryCallStore({
    before(operation) {
      if (operation !== 'list') return;
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    },
  });
  return { clock, ends, store, scan: createCallScan({ store, clock, limits, timeScale: 1 }) };
}

test('who asks while a scan is under way waits for it, however long it takes', async () => {
  const { clock, ends, store, scan } = slowScan();
  await store.insert(newRecord({ callId: newCallId(), phase: 'active' }));
  const first = scan.read(false);
  clock.advance(25 * SECOND);
  const second = scan.read(false);
  expect(ends).toHaveLength(1);
  ends[0]?.resolve();
  expect(await second).toBe(await first);
  expect((await first).rows).toHaveLength(1);
});

test('what was read is good for ten seconds from then on, and not after', async () => {
  const { clock, ends, scan } = slowScan();
  const first = scan.read(false);
  clock.advance(25 * SECOND);
  ends[0]?.resolve();
  await first;
  clock.advance(9 * SECOND);
  expect(await scan.read(false)).toBe(await first);
  clock.advance(SECOND);
  void scan.read(false);
  expect(ends).toHaveLength(2);
});

test('a scan that failed is not kept, and what has been changed is read anew', async () => {
  const { ends, scan } = slowScan();
  const first = scan.read(false);
  ends[0]?.reject(new Error('503'));
  await expect(first).rejects.toThrow('503');
  void scan.read(false);
  expect(ends).toHaveLength(2);
  scan.forget();
  void scan.read(false);
  expect(ends).toHaveLength(3);
});
