import { describe, expect, test } from 'vitest';
import {
  type CallRecord,
  confirmCall,
  endCall,
  endStartedCall,
  isOfRun,
  rebuildCall,
  reopenCall,
  repeatEnd,
  restartCall,
  toSighting,
} from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { newRecord } from '../../contract/call-store-contract.ts';

const NOW_MS = 1_790_000_900_000;
const active = newRecord({
  phase: 'active',
  establishedAtMs: 1_790_000_000_500,
  keepAlives: 3,
  facts: { subject: 's' },
});
const ended = newRecord({ ...active, phase: 'ended', endReason: 'notFound', endedAtMs: 1_790_000_800_000 });
const seen = { callId: active.callId, graphCallId: 'other', appId: 'app', facts: { tenantId: 't' } };

describe('a call whose orchestration is started again', () => {
  test('keeps its start, and counts what the orchestration before had', () => {
    const restarted = restartCall(
      { ...active, otherKeepAlives: 4, restarts: 1 },
      { hasFailed: true, isLive: false, nowMs: NOW_MS },
    );
    expect(restarted).toEqual({
      ...newRecord({ ...active, phase: 'starting', otherKeepAlives: 7, restarts: 2 }),
      keepAlives: undefined,
    });
  });

  test('was established now when nobody knew it, and has failed only when it is said', () => {
    const observed = newRecord({ callId: active.callId });
    const restarted = restartCall(observed, { hasFailed: false, isLive: false, nowMs: NOW_MS });
    expect(restarted).toEqual({ ...observed, phase: 'starting', establishedAtMs: NOW_MS });
    expect(restartCall(observed, { hasFailed: true, isLive: false, nowMs: NOW_MS })?.restarts).toBe(1);
    expect(restartCall(active, { hasFailed: false, isLive: false, nowMs: NOW_MS })?.otherKeepAlives).toBe(3);
  });

  test('counts on in the same orchestration when that is there', () => {
    const starting = newRecord({ ...active, phase: 'starting', otherKeepAlives: 4 });
    expect(restartCall(starting, { hasFailed: false, isLive: true, nowMs: NOW_MS })).toEqual(starting);
  });

  test('is not one that has ended, or that nobody knows', () => {
    expect(restartCall(ended, { hasFailed: false, isLive: false, nowMs: NOW_MS })).toBeUndefined();
    expect(restartCall(undefined, { hasFailed: false, isLive: false, nowMs: NOW_MS })).toBeUndefined();
  });
});

describe('a call that is registered again', () => {
  const maximumGapMs = 45 * 60_000;
  const nowhere = { startedAtMs: undefined, nowMs: NOW_MS, maximumGapMs };

  test('keeps its first sight and its latest success while it lives', () => {
    const known = { ...active, lastKeepAliveAtMs: 1_790_000_400_000, lastRescueAtMs: 1_790_000_600_000 };
    const reopened = reopenCall(known, seen, nowhere);
    expect(reopened).toMatchObject({ phase: 'starting', firstSeenAtMs: active.firstSeenAtMs, establishedAtMs: NOW_MS });
    expect(reopened).toMatchObject({ lastKeepAliveAtMs: 1_790_000_600_000, reopenedAtMs: NOW_MS });
    expect(reopened).toMatchObject({ graphCallId: active.graphCallId, facts: { subject: 's', tenantId: 't' } });
  });

  test.each([
    ['earlier start is believed', -60_000, -60_000],
    ['later start than was seen is not', 60_000, 0],
  ])("its operator's %s", (_, saidMs, knownMs) => {
    const { firstSeenAtMs } = active;
    const reopened = reopenCall(active, seen, { startedAtMs: firstSeenAtMs + saidMs, nowMs: NOW_MS, maximumGapMs });
    expect(reopened).toMatchObject({ firstSeenAtMs: firstSeenAtMs + knownMs });
  });

  test('starts anew when it had ended, unless Graph had ended it', () => {
    const lastKeepAliveAtMs = NOW_MS - maximumGapMs;
    const reopened = reopenCall({ ...ended, firstSeenAtMs: 1, lastKeepAliveAtMs }, seen, nowhere);
    expect(reopened).toMatchObject({ firstSeenAtMs: NOW_MS, reopenedAtMs: NOW_MS });
    expect(reopened).not.toHaveProperty('lastKeepAliveAtMs');
    expect(reopenCall({ ...ended, endReason: 'terminated' }, seen, nowhere)).toBeUndefined();
  });

  test.each([
    ['success', { firstSeenAtMs: 1, lastKeepAliveAtMs: NOW_MS - maximumGapMs + 1 }, true],
    ['success outside its orchestration', { firstSeenAtMs: 1, lastRescueAtMs: NOW_MS - maximumGapMs + 1 }, true],
    ['first sight', { firstSeenAtMs: NOW_MS - maximumGapMs + 1 }, false],
  ])('counts from the last %s while the 45 minutes since then go on, though it had ended', (_, known, succeeded) => {
    const atMs = NOW_MS - maximumGapMs + 1;
    const reopened = reopenCall({ ...ended, ...known }, seen, nowhere);
    expect(reopened).toMatchObject({ firstSeenAtMs: atMs, establishedAtMs: NOW_MS });
    expect(reopened?.lastKeepAliveAtMs).toBe(succeeded ? atMs : undefined);
    const told = reopenCall({ ...ended, ...known }, seen, { ...nowhere, startedAtMs: 5 });
    expect(told).toMatchObject({ firstSeenAtMs: 5 });
    expect(told?.lastKeepAliveAtMs).toBe(succeeded ? atMs : undefined);
  });

  test('is new when nobody knew it, from when its operator says', () => {
    const reopened = reopenCall(undefined, seen, { startedAtMs: 5, nowMs: NOW_MS, maximumGapMs });
    expect(reopened).toMatchObject({ graphCallId: 'other', firstSeenAtMs: 5, establishedAtMs: NOW_MS });
    expect(reopened).not.toHaveProperty('reopenedAtMs');
  });
});

describe('a call that is registered while it is kept alive', () => {
  const say = (stored: CallRecord | undefined, tenantId: string) =>
    confirmCall(stored, { ...seen, facts: { tenantId } }, NOW_MS);

  test('remembers the tenant beside the one it has, and what else is said', () => {
    const known = { ...active, facts: { subject: 's', tenantId: 'first' } };
    const facts = { ...known.facts, namedTenantId: 't', direction: 'incoming' };
    const told = { ...seen, facts: { tenantId: 't', direction: 'incoming' } };
    expect(confirmCall(known, told, NOW_MS)).toEqual({ ...known, facts });
    expect(say({ ...known, facts }, 'other')?.facts).toEqual({ ...facts, namedTenantId: 'other' });
    expect([say({ ...known, facts }, 'first'), say({ ...known, facts }, 't')]).toEqual([undefined, undefined]);
  });

  test('takes it for the first where none was known', () => {
    expect(say(active, 't')?.facts).toEqual({ ...active.facts, tenantId: 't' });
    expect(say(undefined, 't')).toMatchObject({ phase: 'starting', facts: { tenantId: 't' } });
  });

  test('keeps both when none is said', () => {
    const known = { ...active, facts: { tenantId: 'first', namedTenantId: 'second' } };
    expect(confirmCall(known, { ...seen, facts: {} }, NOW_MS)).toBeUndefined();
  });

  test('changes nothing once it has ended', () => {
    expect(say(ended, 't')).toBeUndefined();
  });
});

test('only a call that was registered again has more runs than one', () => {
  expect(isOfRun(undefined, 1)).toBe(true);
  expect(isOfRun(active, 1)).toBe(true);
  const again = { ...active, reopenedAtMs: NOW_MS, establishedAtMs: NOW_MS };
  expect([isOfRun(again, NOW_MS), isOfRun(again, 1), isOfRun(again, undefined)]).toEqual([true, false, false]);
});

test('an end is repeated for a call that has ended, and no other', () => {
  expect(repeatEnd(ended, NOW_MS)).toEqual({ ...ended, endRepeatedAtMs: NOW_MS });
  expect([repeatEnd(active, NOW_MS), repeatEnd(undefined, NOW_MS)]).toEqual([undefined, undefined]);
});

test('an ended call that has an orchestration was established, though nobody told so', () => {
  const { establishedAtMs: _, ...untold } = ended;
  const { firstSeenAtMs } = ended;
  expect(repeatEnd(untold, NOW_MS)).toEqual({ ...ended, establishedAtMs: firstSeenAtMs, endRepeatedAtMs: NOW_MS });
  const later = (stored: CallRecord | undefined) => endStartedCall(stored, seen, { reason: 'stopped' }, NOW_MS);
  expect(later(untold)).toEqual({ ...ended, establishedAtMs: firstSeenAtMs });
  expect(later(ended)).toBeUndefined();
  expect(later(active)).toEqual({ ...endCall(active, seen, { reason: 'stopped' }, NOW_MS) });
  expect(later(undefined)).toMatchObject({ phase: 'ended', endedAtMs: NOW_MS, establishedAtMs: NOW_MS });
});

describe('a call whose orchestration runs without a record', () => {
  const limits = toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 });
  const known = { callId: active.callId, graphCallId: 'as-graph-sent-it', firstSeenAtMs: 5, limits };
  const rebuilt = { callId: active.callId, graphCallId: 'as-graph-sent-it', appId: 'app', phase: 'active' };

  test('gets one from what its input tells', () => {
    expect(rebuildCall(undefined, startKeepalive(known), 'app')).toStrictEqual({
      ...rebuilt,
      ...{ firstSeenAtMs: 5, establishedAtMs: 5, facts: {} },
    });
    const more = startKeepalive({ ...known, tenantId: 't', establishedAtMs: 9 });
    expect(rebuildCall(undefined, more, 'app')).toStrictEqual({
      ...rebuilt,
      ...{ firstSeenAtMs: 5, establishedAtMs: 9, facts: { tenantId: 't' } },
    });
  });

  test('keeps one that came about meanwhile', () => {
    expect(rebuildCall(active, startKeepalive(known), 'app')).toBeUndefined();
  });
});

test('a sighting made of a record says which call it is, and nothing new', () => {
  const { callId, graphCallId, appId } = active;
  expect(toSighting(active)).toStrictEqual({ callId, graphCallId, appId, facts: {} });
});
