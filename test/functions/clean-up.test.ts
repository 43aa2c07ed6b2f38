import { InvocationContext } from '@azure/functions';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { type CleanUpInput, cleanUp } from '../../src/functions/clean-up.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { newCallId, newRecord } from '../contract/call-store-contract.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
const callId = newCallId();
let store: CallStore;

beforeEach(() => {
  store = createMemoryCallStore();
});

async function holds(changes: Partial<CallRecord>): Promise<void> {
  await store.insert(newRecord({ callId, phase: 'active', establishedAtMs: NOW - 60 * MINUTE, ...changes }));
}

async function run(changes: Partial<CleanUpInput>): Promise<CallRecord | undefined> {
  const handler = cleanUp({ store, clock: createManualClock(NOW), botAppId: 'app', deliver: true });
  const input: CleanUpInput = { callId, graphCallId: callId, ended: { reason: 'stopped' }, keepAlives: 4, ...changes };
  const context = new InvocationContext({ functionName: 'cleanUp', logHandler: () => {} });
  expect(await handler(input, context)).toEqual({ deliver: true });
  return (await store.read(callId))?.record;
}

describe('a clean-up that is delivered again after the call was registered again', () => {
  const again = { establishedAtMs: NOW - MINUTE, reopenedAtMs: NOW - MINUTE };

  test.each([
    ['of the run before', { establishedAtMs: NOW - 60 * MINUTE }],
    ['of a run that an older release started', {}],
  ])('changes nothing: it is %s', async (_, input) => {
    await holds(again);
    expect(await run(input)).toMatchObject({ phase: 'active' });
  });

  test('closes the record when it is that of the new run', async () => {
    await holds(again);
    expect(await run({ establishedAtMs: NOW - MINUTE })).toMatchObject({ phase: 'ended', cleanedUpAtMs: NOW });
  });
});

test.each([[{ establishedAtMs: NOW - 60 * MINUTE }], [{ establishedAtMs: NOW - 59 * MINUTE }], [{}]])(
  'a call that was never registered again has one run, whatever the orchestration knows of it (%j)',
  async (input) => {
    await holds({});
    expect(await run(input)).toMatchObject({ phase: 'ended', cleanedUpAtMs: NOW, keepAlives: 4 });
  },
);

test('a success that the orchestration does not know of stays the last', async () => {
  await holds({ lastKeepAliveAtMs: NOW - MINUTE, otherKeepAlives: 1, keepAlives: 4 });
  expect(await run({ lastKeepAliveAtMs: NOW - 9 * MINUTE })).toMatchObject({
    lastKeepAliveAtMs: NOW - MINUTE,
    keepAlives: 4,
    otherKeepAlives: 1,
  });
});
