import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import type { RememberedOutcome } from '../../../src/core/keepalive/keep-alive-outcome.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { advance, nextStep } from '../../../src/core/keepalive/keepalive-machine.ts';
import { type KeepaliveState, startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const T0 = Date.UTC(2026, 0, 5, 9);
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24');
if (callId === undefined) throw new Error('the sample id is no GUID');

/** How Graph refuses: the outcome, and how long it takes. A 401 is sent twice in one try. */
interface Refusal {
  readonly outcome: { kind: 'retry'; afterMs?: number } | { kind: 'denied' } | { kind: 'unclear' };
  readonly takesMs: number;
  readonly sendsTwice?: boolean;
}

interface World {
  readonly acceptsFromMs: number;
  readonly refusals: readonly Refusal[];
  /** Between 0 and 1: how late the next look at a queue comes, of the 10 s that host.json allows; and how early a timer. */
  readonly chances: readonly number[];
  readonly intervalMs: number;
}

const LONGEST_HOP_MS = 10 * SECOND;

/** The loop on the engine that Azure has: a timer, a work item and its result each wait in a queue for the next look. */
function play(world: World, untilMs: number): { readonly longestGapMs: number; readonly ended: boolean } {
  const limits = toKeepaliveLimits({ intervalMs: world.intervalMs, timeScale: 1 });
  const start = {
    callId: callId as NonNullable<typeof callId>,
    graphCallId: String(callId),
    firstSeenAtMs: T0,
    limits,
  };
  let state: KeepaliveState = startKeepalive(start);
  let nowMs = T0;
  let lastSuccessMs = T0;
  let longestGapMs = 0;
  let chance = 0;
  const next = () => world.chances[chance++ % world.chances.length] ?? 1;
  const accepts = (atMs: number) => (atMs - T0 + 10 * MINUTE - world.acceptsFromMs) % (10 * MINUTE) < MINUTE;
  for (let tries = 0; nowMs < untilMs; tries++) {
    const step = nextStep(state, nowMs);
    if (step.kind === 'end') return { longestGapMs, ended: true };
    if (step.kind === 'wait') nowMs = Math.max(nowMs, step.untilMs - next() * SECOND) + next() * LONGEST_HOP_MS;
    let sentAtMs = nowMs + next() * LONGEST_HOP_MS;
    const refusal = world.refusals[tries % world.refusals.length] as Refusal;
    let isAccepted = accepts(sentAtMs);
    if (!isAccepted && refusal.sendsTwice) {
      sentAtMs += refusal.takesMs;
      isAccepted = accepts(sentAtMs);
    }
    const durationMs = isAccepted ? 100 : refusal.takesMs;
    nowMs = sentAtMs + durationMs + next() * LONGEST_HOP_MS;
    if (isAccepted) {
      longestGapMs = Math.max(longestGapMs, sentAtMs - lastSuccessMs);
      lastSuccessMs = sentAtMs;
    }
    const common = { sentAtMs, durationMs, code: 'x', reason: 'refused' };
    const outcome: RememberedOutcome = isAccepted ? { kind: 'alive', ...common } : { ...refusal.outcome, ...common };
    state = advance(state, outcome, nowMs);
  }
  return { longestGapMs: Math.max(longestGapMs, untilMs - lastSuccessMs), ended: false };
}

const refusal = fc.record({
  outcome: fc.oneof(
    fc.constant({ kind: 'retry' } as const),
    fc.integer({ min: 20 * SECOND, max: 90 * MINUTE }).map((afterMs) => ({ kind: 'retry', afterMs }) as const),
    fc.constant({ kind: 'denied' } as const),
    fc.constant({ kind: 'unclear' } as const),
  ),
  takesMs: fc.integer({ min: 0, max: 10 * SECOND }),
  sendsTwice: fc.boolean(),
});

describe('as long as Graph accepts one minute in every ten, no gap between successes reaches 45 minutes', () => {
  test('however it refuses the other nine, short of saying that the call is gone, and however slow the engine is', () => {
    fc.assert(
      fc.property(
        fc.record({
          acceptsFromMs: fc.integer({ min: 0, max: 10 * MINUTE - 1 }),
          refusals: fc.array(refusal, { minLength: 1, maxLength: 6 }),
          chances: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
          intervalMs: fc.integer({ min: MINUTE, max: 32 * MINUTE }),
        }),
        (world) => {
          const { longestGapMs, ended } = play(world, T0 + 12 * 60 * MINUTE);
          expect(ended).toBe(false);
          expect(longestGapMs).toBeLessThan(45 * MINUTE);
        },
      ),
      { numRuns: 200 },
    );
  });

  const kinds: ReadonlyArray<readonly [string, Refusal]> = [
    ['503', { outcome: { kind: 'retry' }, takesMs: 100 }],
    ['503 after nine seconds', { outcome: { kind: 'retry' }, takesMs: 9 * SECOND }],
    ['503 with Retry-After: 74', { outcome: { kind: 'retry', afterMs: 74 * SECOND }, takesMs: 7 * SECOND }],
    ['429 with Retry-After: 2400', { outcome: { kind: 'retry', afterMs: 2_400 * SECOND }, takesMs: 100 }],
    ['no answer within ten seconds', { outcome: { kind: 'retry' }, takesMs: 10 * SECOND }],
    ['401, twice a try', { outcome: { kind: 'retry', afterMs: MINUTE }, takesMs: 10 * SECOND, sendsTwice: true }],
    ['403', { outcome: { kind: 'denied' }, takesMs: 100 }],
    ['a strange 404', { outcome: { kind: 'unclear' }, takesMs: 10 * SECOND }],
  ];

  test.each(kinds)('%s: in every phase of the ten minutes, with every queue looked at as late as it may', (_, kind) => {
    for (let acceptsFromMs = 0; acceptsFromMs < 10 * MINUTE; acceptsFromMs += 10 * SECOND) {
      for (const chances of [[1], [0], [1, 0, 1, 1]]) {
        const world = { acceptsFromMs, refusals: [kind], chances, intervalMs: 15 * MINUTE };
        const { longestGapMs, ended } = play(world, T0 + 6 * 60 * MINUTE);
        expect({ acceptsFromMs, ended, isTooLong: longestGapMs >= 45 * MINUTE }).toEqual({
          acceptsFromMs,
          ended: false,
          isTooLong: false,
        });
      }
    }
  });
});
