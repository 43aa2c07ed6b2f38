import { beforeEach, describe, expect, test } from 'vitest';
import { type CallStoreOperation, createMemoryCallStore } from '../../local/memory-call-store.ts';
import { type CallStore, CallStoreError } from '../../src/adapters/call-store.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import type { CallEffects } from '../../src/calls/call-effects.ts';
import { endCall } from '../../src/calls/end-call.ts';
import { startCall } from '../../src/calls/start-call.ts';
import type { CallSighting } from '../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newCallId, newRecord } from '../contract/call-store-contract.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const callId = newCallId();
const seen: CallSighting = { callId, graphCallId: callId, appId: 'app', facts: {} };

let store: CallStore;
let told: string[];
/** The next of these fails: before it is done, or only its answer is lost. */
let fails: { readonly operation: CallStoreOperation | 'raise' | 'start'; readonly isDone: boolean } | undefined;

function failing(operation: CallStoreOperation | 'raise' | 'start', isDone: boolean): void {
  if (fails?.operation !== operation || fails.isDone !== isDone) return;
  fails = undefined;
  throw new CallStoreError(operation, '503');
}

const effects = (): CallEffects => ({
  store,
  durable: {
    start: async () => {
      failing('start', false);
      return 'started';
    },
    raiseCallEnded: async () => failing('raise', false),
    status: async () => undefined,
  } as Partial<DurableHub> as DurableHub,
  clock: createManualClock(NOW),
  log: ({ event }) => void told.push(event),
  limits: toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 }),
  homeTenantId: 'home',
});

beforeEach(() => {
  fails = undefined;
  told = [];
  store = createMemoryCallStore({
    before: (operation) => failing(operation, false),
    after: (operation) => failing(operation, true),
  });
});

/** As Graph repeats a notification that got 503; `undefined` once it is taken. */
async function untilTaken(act: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const error = await act().catch((reason: unknown) => reason);
    if (error === undefined) return;
  }
  throw new Error('never taken');
}

const steps = [
  { operation: 'raise', isDone: false, what: 'the event to the orchestration' },
  { operation: 'replace', isDone: false, what: 'the write' },
  { operation: 'replace', isDone: true, what: "the write's answer" },
] as const;

describe('the end of a call is told', () => {
  test('once when nothing fails, however often it is heard', async () => {
    await store.insert(newRecord({ callId, phase: 'active', establishedAtMs: NOW - 3_600_000 }));
    for (let repeat = 0; repeat < 3; repeat++) await endCall(effects(), seen, { reason: 'terminated' });
    expect(told).toEqual(['call.ended']);
  });

  test.each(steps)('although $what is lost', async ({ operation, isDone }) => {
    await store.insert(newRecord({ callId, phase: 'active', establishedAtMs: NOW - 3_600_000 }));
    fails = { operation, isDone };
    await untilTaken(() => endCall(effects(), seen, { reason: 'terminated' }));
    expect(new Set(told)).toEqual(new Set(['call.ended']));
    expect(fails).toBeUndefined();
  });

  test('although nobody repeats it: before the write that may fail', async () => {
    await store.insert(newRecord({ callId, phase: 'active', establishedAtMs: NOW - 3_600_000 }));
    fails = { operation: 'replace', isDone: true };
    await endCall(effects(), seen, { reason: 'terminated' }).catch(() => {});
    expect(told).toEqual(['call.ended']);
  });
});

describe('that a call is established is told', () => {
  test('once when nothing fails, however often it is heard', async () => {
    for (let repeat = 0; repeat < 3; repeat++) await startCall(effects(), seen);
    expect(told).toEqual(['call.established']);
  });

  test.each([
    { operation: 'start', isDone: false, what: 'the start' },
    { operation: 'insert', isDone: true, what: 'the answer to the first write' },
    { operation: 'replace', isDone: false, what: 'the second write' },
    { operation: 'replace', isDone: true, what: "the second write's answer" },
  ] as const)('although $what is lost', async ({ operation, isDone }) => {
    fails = { operation, isDone };
    await untilTaken(() => startCall(effects(), seen));
    expect(new Set(told)).toEqual(new Set(['call.established']));
    expect(fails).toBeUndefined();
  });
});
