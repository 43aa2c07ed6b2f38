import { expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import { type CallRecord, observeCall, startCall } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveSoFar } from '../../../src/core/call-record/keepalive-so-far.ts';

const MINUTE_MS = 60_000;
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24');
if (callId === undefined) throw new Error('the id of these tests is none');
const seen = { callId, graphCallId: callId, appId: 'app', facts: {} };

/** What a call's orchestration starts with when it is established at that minute. */
function established(before: CallRecord | undefined, minute: number) {
  const atMs = minute * MINUTE_MS;
  const after = startCall(before, seen, atMs) ?? before;
  if (after === undefined) throw new Error('established starts a call');
  return { after, soFar: toKeepaliveSoFar(before, after, atMs) };
}

test('a call first heard of when it is established is due at once: how old it is nobody knows', () => {
  expect(established(undefined, 31).soFar).toEqual({ firstKeepAliveAtMs: 31 * MINUTE_MS });
});

test('it is due at once, too, when its start has to be repeated', () => {
  expect(established(established(undefined, 31).after, 33).soFar).toEqual({ firstKeepAliveAtMs: 33 * MINUTE_MS });
});

test.each([0, 31])('a call seen %i minutes before it is established is due an interval after that', (minute) => {
  expect(established(observeCall(undefined, seen, 0), minute).soFar).toEqual({});
});

test('a call that was kept alive before it was established brings that success', () => {
  const observed = observeCall(undefined, seen, 0);
  const kept = observed && { ...observed, lastKeepAliveAtMs: 10 * MINUTE_MS };
  expect(established(kept, 31).soFar).toEqual({ lastKeepAliveAtMs: 10 * MINUTE_MS });
});
