import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallId } from '../../../src/core/call-record/call-id.ts';
import {
  activateCall,
  type CallRecord,
  type CallSighting,
  cleanUpCall,
  endCall,
  observeCall,
  startCall,
} from '../../../src/core/call-record/call-record.ts';
import type { CallEnded, EndReason } from '../../../src/core/keepalive/keepalive-state.ts';
import { newCallId } from '../../contract/call-store-contract.ts';

const callId: CallId = newCallId();
const seen: CallSighting = { callId, graphCallId: callId, appId: 'app', facts: { tenantId: 't' } };
const terminated: CallEnded = { reason: 'terminated', resultInfo: { code: 0 }, terminationReason: 'normal' };

/** The record after these steps; each step that changes nothing keeps it. */
function recordAfter(...steps: readonly ((stored: CallRecord | undefined) => CallRecord | undefined)[]): CallRecord {
  let record: CallRecord | undefined;
  for (const step of steps) record = step(record) ?? record;
  if (record === undefined) throw new Error('the steps made no record');
  return record;
}

const observed =
  (atMs = 1) =>
  (stored: CallRecord | undefined) =>
    observeCall(stored, seen, atMs);
const started =
  (atMs = 2) =>
  (stored: CallRecord | undefined) =>
    startCall(stored, seen, atMs);
const ended =
  (end: CallEnded = terminated, atMs = 3) =>
  (stored: CallRecord | undefined) =>
    endCall(stored, seen, end, atMs);
const active = recordAfter(observed(), started(), activateCall);

describe('the record of a call', () => {
  test('goes from observed over starting to active, and remembers both instants', () => {
    expect(recordAfter(observed(1))).toStrictEqual({ ...seen, phase: 'observed', firstSeenAtMs: 1 });
    const starting = { ...seen, phase: 'starting', firstSeenAtMs: 1, establishedAtMs: 2 };
    expect(recordAfter(observed(1), started(2))).toStrictEqual(starting);
    expect(recordAfter(observed(1), started(2), activateCall)).toStrictEqual({ ...starting, phase: 'active' });
  });

  test('starts at its first sight when that is the established call', () => {
    expect(recordAfter(started(5))).toMatchObject({ phase: 'starting', firstSeenAtMs: 5, establishedAtMs: 5 });
  });

  test('does not change when the same is seen again', () => {
    expect(observeCall(active, seen, 9)).toBeUndefined();
    expect(startCall(active, seen, 9)).toBeUndefined();
    expect(startCall(recordAfter(started()), seen, 9)).toBeUndefined();
    expect(activateCall(active)).toBeUndefined();
  });

  test('is not activated unless it is being started', () => {
    expect(activateCall(undefined)).toBeUndefined();
    expect(activateCall(recordAfter(observed()))).toBeUndefined();
  });

  test('takes new facts in any phase but ended, and keeps the facts and the id that it has', () => {
    const more = { ...seen, graphCallId: 'other', facts: { tenantId: 'other', subject: 's' } };
    for (const record of [recordAfter(observed()), recordAfter(started()), active]) {
      const expected = { ...record, facts: { tenantId: 't', subject: 's' } };
      expect(observeCall(record, more, 9)).toStrictEqual(expected);
    }
    expect(startCall(active, more, 9)).toStrictEqual({ ...active, facts: { tenantId: 't', subject: 's' } });
    expect(startCall(recordAfter(observed()), more, 9)?.facts).toStrictEqual({ tenantId: 't', subject: 's' });
    expect(observeCall(recordAfter(ended()), more, 9)).toBeUndefined();
  });

  test('ends with the reason, the result and the facts that came with it', () => {
    const end = endCall(active, { ...seen, facts: { subject: 's' } }, terminated, 7);
    expect(end).toStrictEqual({
      ...active,
      phase: 'ended',
      endedAtMs: 7,
      endReason: 'terminated',
      resultInfo: { code: 0 },
      terminationReason: 'normal',
      facts: { tenantId: 't', subject: 's' },
    });
  });

  test('remembers the end of a call that was never seen', () => {
    expect(recordAfter(ended(terminated, 4))).toMatchObject({ phase: 'ended', firstSeenAtMs: 4, endedAtMs: 4 });
  });

  test('learns from a late start that the call was established before its end, and nothing else', () => {
    for (const reason of ['terminated', 'stopped', 'notFound', 'expired'] as const) {
      const untold = recordAfter(observed(1), ended({ reason }, 4));
      const late = startCall(untold, { ...seen, facts: { subject: 's' } }, 9);
      expect(late).toStrictEqual({ ...untold, establishedAtMs: 1 });
    }
    expect(startCall(recordAfter(started(2), ended(terminated, 4)), seen, 9)).toBeUndefined();
  });

  test('takes a later result once, and keeps the instant of the end', () => {
    const withResult = recordAfter(started(), ended({ reason: 'terminated' }, 3), ended(terminated, 8));
    expect(withResult).toMatchObject({ endedAtMs: 3, resultInfo: { code: 0 } });
    expect(endCall(withResult, seen, { reason: 'terminated', resultInfo: { code: 500 } }, 9)).toBeUndefined();
  });

  test.each<EndReason>(['notFound', 'stopped', 'expired'])('learns later that %s was in fact terminated', (reason) => {
    expect(recordAfter(started(), ended({ reason }, 3), ended(terminated, 8))).toMatchObject({
      endReason: 'terminated',
      endedAtMs: 3,
      resultInfo: { code: 0 },
    });
    expect(endCall(recordAfter(started(), ended()), seen, { reason }, 9)).toBeUndefined();
  });

  test('keeps the more specific reason when a less specific one brings the result', () => {
    const first = recordAfter(started(), ended({ reason: 'terminated' }));
    const second = endCall(first, seen, { reason: 'notFound', resultInfo: { code: 1 } }, 9);
    expect(second).toMatchObject({ endReason: 'terminated', resultInfo: { code: 1 } });
  });

  test('is cleaned up once, whether it had ended or not', () => {
    const sums = { keepAlives: 4, lastKeepAliveAtMs: 6 };
    const cleaned = cleanUpCall(active, seen, { reason: 'notFound' }, sums, 7);
    expect(cleaned).toMatchObject({ phase: 'ended', endReason: 'notFound', endedAtMs: 7, cleanedUpAtMs: 7, ...sums });
    expect(cleanUpCall(cleaned, seen, terminated, { keepAlives: 9 }, 8)).toBeUndefined();
    const late = cleanUpCall(recordAfter(started(), ended(terminated, 3)), seen, { reason: 'notFound' }, sums, 7);
    expect(late).toMatchObject({ endReason: 'terminated', endedAtMs: 3, cleanedUpAtMs: 7, ...sums });
    expect(cleanUpCall(undefined, seen, terminated, sums, 7)).toMatchObject({ phase: 'ended', cleanedUpAtMs: 7 });
  });
});

test('an ended call never becomes anything else, its first instants never change, and it settles', () => {
  const facts = fc.record({ tenantId: fc.string(), subject: fc.string() }, { requiredKeys: [], noNullPrototype: true });
  const end = fc.record(
    {
      reason: fc.constantFrom<EndReason>('terminated', 'notFound', 'stopped', 'expired'),
      resultInfo: fc.record({ code: fc.nat() }, { noNullPrototype: true }),
      terminationReason: fc.string(),
    },
    { requiredKeys: ['reason'], noNullPrototype: true },
  );
  const step = fc.record({ kind: fc.constantFrom('observe', 'start', 'activate', 'end', 'cleanUp'), facts, end });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      let record: CallRecord | undefined;
      for (const [index, { kind, facts, end }] of steps.entries()) {
        const atMs = index + 1;
        const sighting = { ...seen, facts };
        const act = (stored: CallRecord | undefined) => {
          if (kind === 'observe') return observeCall(stored, sighting, atMs);
          if (kind === 'start') return startCall(stored, sighting, atMs);
          if (kind === 'activate') return activateCall(stored);
          if (kind === 'end') return endCall(stored, sighting, end, atMs);
          return cleanUpCall(stored, sighting, end, { keepAlives: index }, atMs);
        };
        const next = act(record);
        if (next === undefined) continue;
        if (record?.phase === 'ended') {
          expect(next).toMatchObject({ phase: 'ended', endedAtMs: record.endedAtMs, facts: record.facts });
        }
        if (record !== undefined) expect(next.firstSeenAtMs).toBe(record.firstSeenAtMs);
        if (record?.endReason === 'terminated') expect(next.endReason).toBe('terminated');
        expect(next.phase === 'ended').toBe(next.endedAtMs !== undefined);
        expect(kind === 'activate' || act(next) === undefined).toBe(true);
        record = next;
      }
    }),
    { numRuns: 500 },
  );
});
