import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { CLAIMS_KEPT_MS, LONGEST_POLL_MS, REDELIVERY_MS } from '../../local/simulation/assumptions.ts';

const hostJson = z.object({
  extensions: z.object({
    durableTask: z.object({
      hubName: z.string(),
      versionMatchStrategy: z.string(),
      versionFailureStrategy: z.string(),
      maxConcurrentActivityFunctions: z.number(),
      storageProvider: z.object({
        partitionCount: z.number(),
        maxQueuePollingInterval: z.string(),
        controlQueueVisibilityTimeout: z.string(),
        workItemQueueVisibilityTimeout: z.string(),
      }),
    }),
  }),
});
const { durableTask } = hostJson.parse(JSON.parse(readFileSync('host.json', 'utf8'))).extensions;
const { storageProvider } = durableTask;

/** Of one keepAlive, tokens included: the time limit in `createGraphCalls`. */
const KEEP_ALIVE_MS = 30_000;

test('orchestrations that a killed host held come back after the minute that the simulation counts with', () => {
  expect(toMs(storageProvider.controlQueueVisibilityTimeout)).toBe(CLAIMS_KEPT_MS);
  expect(CLAIMS_KEPT_MS).toBeLessThanOrEqual(60_000);
});

test('a keepAlive that a killed host held is sent again after a minute, but not while it may be under way', () => {
  const visibilityMs = toMs(storageProvider.workItemQueueVisibilityTimeout);
  expect(visibilityMs).toBe(REDELIVERY_MS);
  expect(visibilityMs).toBeLessThanOrEqual(60_000);
  expect(visibilityMs).toBeGreaterThanOrEqual(2 * KEEP_ALIVE_MS);
});

test('a message waits in its queue for 10 seconds at most, as the simulation counts with', () => {
  expect(toMs(storageProvider.maxQueuePollingInterval)).toBe(LONGEST_POLL_MS);
  expect(LONGEST_POLL_MS).toBeLessThanOrEqual(10_000);
});

test('a host takes instances of its own version and of older ones', () => {
  expect(durableTask.versionMatchStrategy).toBe('CurrentOrOlder');
});

test('an instance of a newer version is left alone, not failed', () => {
  expect(durableTask.versionFailureStrategy).toBe('Reject');
});

test('the hub of running calls keeps its name', () => {
  expect(durableTask.hubName).toBe('CallKeepalive');
});

test('the hub of running calls keeps its two partitions', () => {
  expect(storageProvider.partitionCount).toBe(2);
});

test('a host sends ten keepAlives side by side', () => {
  expect(durableTask.maxConcurrentActivityFunctions).toBe(10);
});

/** `hh:mm:ss` */
function toMs(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
