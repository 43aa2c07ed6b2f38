import { describe, expect, test } from 'vitest';
import {
  cleanUpCall,
  endCall,
  markHungUp,
  type RecordedEndReason,
  toEndReason,
  toSighting,
  unmarkHungUp,
} from '../../../src/core/call-record/call-record.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const active = newRecord({ phase: 'active', establishedAtMs: 1_790_000_000_500 });
const seen = toSighting(active);
const missed = { reason: 'terminated', resultInfo: { code: 408, subcode: 8537 } } as const;
const endedBy = (endReason: RecordedEndReason) => newRecord({ ...active, phase: 'ended', endedAtMs: 3, endReason });

test.each<[RecordedEndReason, string]>([
  ['alone', 'stopped'],
  ['stopped', 'stopped'],
  ['terminated', 'terminated'],
  ['notFound', 'notFound'],
  ['expired', 'expired'],
])('the end %s is %s in the words of orchestrations', (recorded, reason) => {
  expect(toEndReason(recorded)).toBe(reason);
});

describe('a call that this app hangs up', () => {
  test('remembers when that was first asked for, until it is taken back', () => {
    const marked = markHungUp(active, 5);
    expect(marked).toStrictEqual({ ...active, hungUpAtMs: 5 });
    expect(markHungUp(marked, 9)).toStrictEqual(marked);
    expect(unmarkHungUp(marked)).toStrictEqual(active);
  });

  test('ended because the bot was alone, whatever ends it; one that was not hung up did not', () => {
    expect(endCall(markHungUp(active, 5), seen, { reason: 'terminated' }, 7)?.endReason).toBe('alone');
    expect(endCall(active, seen, { reason: 'terminated' }, 7)?.endReason).toBe('terminated');
  });

  test('stays so when Graph tells of its end, whose result is taken in', () => {
    const told = { reason: 'terminated', resultInfo: { code: 200 } } as const;
    expect(endCall(endedBy('alone'), seen, told, 9)).toMatchObject({ endReason: 'alone', resultInfo: { code: 200 } });
    expect(endCall(endedBy('alone'), seen, { reason: 'terminated' }, 9)).toBeUndefined();
  });
});

describe('that Graph missed a keepAlive', () => {
  test('is no news of a call that an operator gave up', () => {
    expect(endCall(endedBy('stopped'), seen, missed, 9)).toBeUndefined();
  });

  test.each(['notFound', 'expired', 'terminated'] as const)('is news of a call that ended as %s', (reason) => {
    expect(endCall(endedBy(reason), seen, missed, 9)).toMatchObject({
      endReason: 'terminated',
      resultInfo: missed.resultInfo,
    });
  });
});

describe('the clean-up leaves as the last success', () => {
  test.each([
    [undefined, undefined, undefined],
    [6, undefined, 6],
    [undefined, 7, 7],
    [6, 7, 7],
    [9, 7, 9],
  ])('of %j in the record and %j in the sums: %j', (recorded, summed, last) => {
    const success = (atMs: number | undefined) => (atMs === undefined ? {} : { lastKeepAliveAtMs: atMs });
    const cleaned = cleanUpCall(
      { ...active, ...success(recorded) },
      seen,
      missed,
      { keepAlives: 1, ...success(summed) },
      9,
    );
    expect(cleaned).toStrictEqual({
      ...active,
      ...{ ...success(last), phase: 'ended', endedAtMs: 9, cleanedUpAtMs: 9, keepAlives: 1 },
      ...{ endReason: 'terminated', resultInfo: missed.resultInfo },
    });
  });
});
