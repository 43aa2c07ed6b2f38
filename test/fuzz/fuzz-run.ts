import fc from 'fast-check';
import { expect, test } from 'vitest';

const SUITES = 5;
/** Of all suites together; `npm run fuzz` takes its time. FUZZ_CASES names another number. */
const CASES = Number(process.env.FUZZ_CASES ?? (process.env.npm_lifecycle_event === 'fuzz' ? 1_000_000 : 10_000));
/** Chosen anew each time, and told; FUZZ_SEED repeats a run. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const MOST_CPU_MS = 100;

/** A text that nothing may ever tell. It is long enough not to come about by chance. */
export const FUZZ_SECRET = 'secret7f3a91c05d';

/** Runs the check on the suite's share of the cases. */
export function fuzz<T>(what: string, cases: fc.Arbitrary<T>, check: (value: T) => Promise<void>): void {
  const numRuns = CASES / SUITES;
  test(`${what}: ${numRuns} cases, seed ${SEED}`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, (value) => check(value)),
      { numRuns, seed: SEED },
    );
  });
}

/**
 * The result of the work, which must not hold up everything else. What took too long may have met the garbage collector:
 * it is done once more.
 */
export async function quickly<T>(work: () => Promise<T>): Promise<T> {
  const first = await timed(work);
  if (first.cpuMs <= MOST_CPU_MS) return first.result;
  const second = await timed(work);
  expect(second.cpuMs).toBeLessThanOrEqual(MOST_CPU_MS);
  return second.result;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cpuMs: number }> {
  const before = process.threadCpuUsage();
  const result = await work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000 };
}

/** Fails when the secret stands in anything of it. */
export function expectNoSecretIn(told: unknown): void {
  expect(JSON.stringify(told) ?? '').not.toContain(FUZZ_SECRET);
}
