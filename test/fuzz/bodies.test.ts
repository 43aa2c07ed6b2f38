import fc from 'fast-check';
import { expect } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { createLoneReceiver } from '../support/lone-receiver.ts';
import { anyEntries, MEANT_CALL, MEANT_ENTRY } from './any-notification.ts';
import { expectNoSecretIn, fuzz, quickly } from './fuzz-run.ts';

const meantCall = parseCallId(MEANT_CALL);

const anyWhole = anyEntries.map(({ before, after }) => ({
  bytes: new TextEncoder().encode(JSON.stringify({ value: [...before, MEANT_ENTRY, ...after] })),
  isWhole: true,
}));
/** The same, damaged somewhere. */
const anyDamaged = fc
  .tuple(anyWhole, fc.nat(), fc.uint8Array({ maxLength: 8 }), fc.nat({ max: 8 }))
  .map(([{ bytes }, at, put, dropped]) => {
    const from = at % bytes.length;
    return { bytes: Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + dropped)]), isWhole: false };
  });
const anyBytes = fc.oneof(
  fc.uint8Array(),
  fc.json().map((text) => new TextEncoder().encode(text)),
);
const anyBody = fc.oneof(
  { weight: 3, arbitrary: anyWhole },
  { weight: 2, arbitrary: anyDamaged },
  { weight: 1, arbitrary: anyBytes.map((bytes) => ({ bytes, isWhole: false })) },
);

fuzz(
  'bodies have the effect that their answer says, and nothing else comes of them',
  anyBody,
  async ({ bytes, isWhole }) => {
    const { answer, effects, events, row } = await quickly(async () => {
      const store = createMemoryCallStore();
      const receiver = createLoneReceiver({ store });
      const answered = await receiver.post(bytes);
      return { answer: answered, ...receiver, row: meantCall && (await store.read(meantCall)) };
    });
    expect([202, 204, 400, 413]).toContain(answer.status);
    expectNoSecretIn([answer, events, effects, row]);
    if (answer.status !== 202) expect(effects).toEqual([]);
    if (!isWhole) return;
    expect(answer.status).toBe(202);
    // An entry before it may say that the call has ended.
    expect(['active', 'ended']).toContain(row?.record.phase);
    if (row?.record.phase === 'active') expect(effects).toContainEqual({ kind: 'start', callId: MEANT_CALL });
    else expect(effects).toContainEqual({ kind: 'end', callId: MEANT_CALL });
  },
);
