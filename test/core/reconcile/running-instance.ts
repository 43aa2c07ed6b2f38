import type { InstanceFacts } from '../../../src/core/reconcile/instance-facts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const NOW = Date.UTC(2026, 0, 5, 12);

/** One that runs, 12 hours old at `NOW`, but for the changes. */
export function instance(changes: Partial<InstanceFacts>): InstanceFacts {
  return {
    life: 'running',
    createdAtMs: NOW - 12 * HOUR,
    lastUpdatedAtMs: NOW - MINUTE,
    isEnding: false,
    sums: { keepAlives: 8 },
    ...changes,
  };
}
