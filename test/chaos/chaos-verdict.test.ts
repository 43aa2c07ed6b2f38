import { describe, expect, test } from 'vitest';
import { type ChaosFacts, judge, type Kill } from '../../local/chaos/chaos-verdict.ts';
import { describeVerdict } from '../../local/chaos/describe-verdict.ts';
import type { KeepAliveLogEntry } from '../../local/simulated-graph/keepalive-log.ts';

const A = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const END = { code: 200, subcode: 4521, message: 'Call ended.' };

function keptAlive(atMs: number, sinceLastSuccessMs: number, status = 200): KeepAliveLogEntry {
  return { kind: 'keepAlive', atMs, callId: A, status, requestId: 'r', sinceLastSuccessMs };
}

function ended(atMs: number, resultInfo = END): KeepAliveLogEntry {
  return { kind: 'transition', atMs, callId: A, state: 'terminated', resultInfo };
}

function killed(atMs: number, keepAlives: readonly string[] = [], backAfterMs: number | undefined = 500): Kill {
  return { atMs, keepAlives, turns: 0, backAfterMs };
}

/** One call from 0 on, kept alive at 10 and 20 s, hung up at 25 s, which the app is told at once. */
function facts(more: Partial<ChaosFacts> & { readonly extra?: readonly KeepAliveLogEntry[] } = {}): ChaosFacts {
  const start = { kind: 'transition', atMs: 0, callId: A, state: 'established' } as const;
  const usual = [start, keptAlive(10_000, 10_000), keptAlive(20_000, 10_000), ended(25_000)];
  return {
    entries: [...usual, ...(more.extra ?? [])],
    kills: [],
    toldOfEnd: new Map([[A, 25_010]]),
    intervalMs: 10_000,
    limitMs: 30_000,
    leftRunning: 0,
    ...more,
  };
}

describe('the verdict on a run', () => {
  test('is good when every keepAlive came once and in time', () => {
    expect(judge(facts({ kills: [killed(12_000)] }))).toEqual({
      calls: 1,
      keepAlives: 2,
      missed: 0,
      late: 0,
      worstLateMs: 0,
      doubled: 0,
      inFlight: 0,
      afterTheEnd: 0,
      untoldEnds: 0,
      longestGapMs: 10_000,
      backAfterMs: [500],
      violations: [],
    });
  });

  test('counts a call that Graph ended as missed, once', () => {
    const timeout = ended(50_000, { code: 408, subcode: 8537, message: 'Keep Alive timeout' });
    const { missed, violations } = judge(
      facts({ entries: [timeout, keptAlive(50_001, 30_001)], toldOfEnd: new Map([[A, 50_000]]) }),
    );
    expect({ missed, violations }).toEqual({
      missed: 1,
      violations: [expect.stringContaining('1 calls were not kept')],
    });
  });

  test('counts a gap over the limit as missed, even if Graph was lenient', () => {
    expect(judge(facts({ extra: [keptAlive(60_000, 30_001)] })).missed).toBe(1);
    expect(judge(facts({ extra: [keptAlive(60_000, 30_000)] })).missed).toBe(0);
  });

  test('counts as late what came over 2 s after it was due, which breaks no promise', () => {
    const verdict = judge(facts({ entries: [keptAlive(32_000, 12_000), keptAlive(47_001, 15_001)] }));
    expect(verdict).toMatchObject({ late: 1, worstLateMs: 5_001, longestGapMs: 15_001, violations: [] });
  });

  test('forgives as many doubled keepAlives as were under way at the kills, and no more', () => {
    const extra = [keptAlive(21_000, 1_000)];
    expect(judge(facts({ extra, kills: [killed(20_000, [A])] }))).toMatchObject({
      doubled: 1,
      inFlight: 1,
      violations: [],
    });
    expect(judge(facts({ extra, kills: [killed(20_000)] }))).toMatchObject({
      doubled: 1,
      violations: [expect.stringContaining('came twice')],
    });
  });

  test.each<[string, KeepAliveLogEntry, readonly Kill[], number]>([
    ['under way when the call ended', keptAlive(25_030, 15_030, 404), [], 0],
    ['due before the end was known', keptAlive(26_500, 11_001, 404), [], 0],
    ['due after the end was known', keptAlive(26_500, 10_500, 404), [], 1],
    ['sent again because a kill took the result', keptAlive(26_000, 6_000, 404), [killed(20_500, [A])], 0],
    ["sent early after another call's kill", keptAlive(26_000, 6_000, 404), [killed(20_500, ['other'])], 1],
    ['sent early after a kill long before', keptAlive(30_000, 10_000, 404), [killed(10_500, [A])], 1],
  ])('of a keepAlive after the end that was %s', (_what, entry, kills, count) => {
    const { afterTheEnd, violations } = judge(facts({ extra: [entry], kills }));
    expect(afterTheEnd).toBe(count);
    expect(violations).toHaveLength(count);
  });

  test('lets the app learn of an end by one 404 when the notification met a dead host', () => {
    const toldOfEnd = new Map<string, number>();
    const learns = keptAlive(30_000, 10_000, 404);
    expect(judge(facts({ toldOfEnd, extra: [learns] }))).toMatchObject({ untoldEnds: 1, afterTheEnd: 0 });
    const goesOn = keptAlive(40_000, 20_000, 404);
    expect(judge(facts({ toldOfEnd, extra: [learns, goesOn] }))).toMatchObject({ afterTheEnd: 1 });
    const resent = judge(facts({ toldOfEnd, extra: [learns, goesOn], kills: [killed(30_010, [A])] }));
    expect(resent.afterTheEnd).toBe(0);
  });

  test.each<[string, Partial<ChaosFacts>]>([
    ['no keepAlive came any more', { kills: [killed(12_000, [], undefined)] }],
    ['not cleaned up', { leftRunning: 3 }],
    ['no call was kept alive at all', { entries: [] }],
  ])('is bad when %s', (sentence, more) => {
    const kills = more.kills?.map((kill) => ({ ...kill, backAfterMs: undefined })) ?? [];
    expect(judge(facts({ ...more, kills })).violations).toEqual([expect.stringContaining(sentence)]);
  });

  test('reads as a line for each number', () => {
    const verdict = judge(facts({ kills: [killed(12_000, [A], 400), killed(13_000, [A], 1_200)] }));
    expect(describeVerdict(verdict, 30_000).map((line) => line.replace(/ {2,}/, ': '))).toEqual([
      'calls: 1',
      'keepAlives: 2',
      'missed: 0',
      'late by over 2 s: 0',
      'doubled: 0 of 2 under way at the kills',
      'after the end: 0, with 0 ends told to a dead host',
      'longest gap: 10.00 s, allowed are 30.00 s',
      'back after a kill: 1.20 s (median), 1.20 s (worst)',
    ]);
  });
});
