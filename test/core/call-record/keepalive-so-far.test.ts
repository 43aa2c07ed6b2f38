import { expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { observeCall, startCall } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveSoFar } from '../../../src/core/call-record/keepalive-so-far.ts';

const MINUTE_MS = 60_000;
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24');
if (callId === undefined) throw new Error('the id of these tests is none');
const seen = { callId, graphCallId: callId, appId: 'app', facts: {} };

const established = (before: ReturnType<typeof observeCall>, atMs: number) => {
  const after = startCall(before, seen, atMs) ?? before;
  if (after === undefined) throw new Error('established starts a call');
  return { before, after };
};

test('a call first heard of when it is established is due at that moment: how old it is nobody knows', () => {
  const { before, after } = established(undefined, 31 * MINUTE_MS);
  expect(toKeepaliveSoFar(before, after)).toEqual({ firstKeepAliveAtMs: 31 * MINUTE_MS });
});

test('it is still due at that moment when the start is repeated later', () => {
  const first = established(undefined, 31 * MINUTE_MS);
  const { before, after } = established(first.after, 33 * MINUTE_MS);
  expect(toKeepaliveSoFar(before, after)).toEqual({ firstKeepAliveAtMs: 31 * MINUTE_MS });
});

test.each([0, 31 * MINUTE_MS])(
  'a call seen %i ms before it is established is due an interval after that',
  (laterMs) => {
    const { before, after } = established(observeCall(undefined, seen, 0), laterMs);
    expect(toKeepaliveSoFar(before, after)).toEqual({});
  },
);

test('a call that was kept alive before it was established brings that success', () => {
  const observed = observeCall(undefined, seen, 0);
  const { before, after } = established(observed && { ...observed, lastKeepAliveAtMs: 10 * MINUTE_MS }, 31 * MINUTE_MS);
  expect(toKeepaliveSoFar(before, after)).toEqual({ lastKeepAliveAtMs: 10 * MINUTE_MS });
});
