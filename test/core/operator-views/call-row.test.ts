import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { type CallRow, toCallRow } from '../../../src/core/operator-views/call-row.ts';
import { CALL_DANGERS, CALL_STATES } from '../../../src/core/operator-views/call-standing.ts';
import { toTimeline } from '../../../src/core/operator-views/call-timeline.ts';
import { type InstanceStatus, parseInstanceView } from '../../../src/core/operator-views/instance-view.ts';
import { anyCallRecord } from '../../contract/call-record-arbitrary.ts';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');
const MINUTE_MS = 60_000;
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE_MS, timeScale: 1 });
const callId = parseCallId('11111111-2222-4333-8444-555555555555') ?? neverHere();
const iso = (minutesFromNow: number) => new Date(NOW_MS + minutesFromNow * MINUTE_MS).toISOString();

function neverHere(): never {
  throw new Error('the id of this test is a call id');
}

function recordOf(fields: Partial<CallRecord> = {}): CallRecord {
  return {
    callId,
    graphCallId: callId,
    appId: 'app',
    phase: 'active',
    firstSeenAtMs: NOW_MS - 60 * MINUTE_MS,
    establishedAtMs: NOW_MS - 60 * MINUTE_MS,
    facts: {},
    ...fields,
  };
}

function statusOf(customStatus: object, runtimeStatus = 'Running'): InstanceStatus {
  return { runtimeStatus, createdTime: iso(-60), lastUpdatedTime: iso(-1), customStatus, output: null };
}

/** A call kept alive so many minutes ago, with the next keepAlive due so many minutes from now. */
function beating(lastMinutesAgo: number, nextInMinutes: number, more: object = {}): object {
  return {
    phase: 'waiting',
    keepAlives: 4,
    lastKeepAliveAt: iso(-lastMinutesAgo),
    nextKeepAliveAt: iso(nextInMinutes),
    deadlineAt: iso(45 - lastMinutesAgo),
    consecutiveFailures: 0,
    ...more,
  };
}

const failing = (reason: string) => ({ consecutiveFailures: 3, lastFailure: { at: iso(0), reason } });

function rowOf(record: CallRecord | undefined, status: InstanceStatus | 'none' | undefined): CallRow {
  const instance = status === undefined || status === 'none' ? status : parseInstanceView(status);
  return toCallRow({ callId, record, instance }, NOW_MS, limits);
}

describe('a call', () => {
  test.each([
    {
      when: 'is well',
      status: statusOf(beating(3, 12)),
      state: 'waiting',
      danger: 'none',
      why: 'Kept alive 3 min ago; next keepAlive in 12 min.',
    },
    {
      when: 'was not sent a keepAlive for half a minute after it was due',
      status: statusOf(beating(15.5, -0.5)),
      state: 'waiting',
      danger: 'none',
      why: 'Kept alive 15 min ago; next keepAlive now.',
    },
    {
      when: 'was not sent the keepAlive that was due',
      status: statusOf(beating(19, -4)),
      state: 'waiting',
      danger: 'late',
      why: 'The keepAlive due 4 min ago was not sent; drops at 12:26 UTC.',
    },
    {
      when: 'is refused by Graph',
      status: statusOf(beating(31, 2 / 3, failing('http 503'))),
      state: 'retrying',
      danger: 'failing',
      why: 'No success for 31 min: Graph answers 503; next try in 40 s; drops at 12:14 UTC.',
    },
    {
      when: 'is a minute from its deadline',
      status: statusOf(beating(44, 0.1, failing('timeout requestTimeout'))),
      state: 'retrying',
      danger: 'failing',
      why: 'No success for 44 min: Graph does not answer in time; next try in 6 s; drops at 12:01:00 UTC.',
    },
    {
      when: 'is past its deadline',
      status: statusOf(beating(50, 3, failing('denied: 7504'))),
      state: 'overdue',
      danger: 'overdue',
      why: 'No success for 50 min: Graph refuses the app (7504: the tenant has not consented to its permissions); next try in 3 min; Graph may have dropped it at 11:55 UTC.',
    },
    {
      when: 'reaches its deadline at this moment',
      status: statusOf(beating(45, 1, failing('http 500'))),
      state: 'overdue',
      danger: 'overdue',
      why: 'No success for 45 min: Graph answers 500; next try in 60 s; Graph may have dropped it at 12:00:00 UTC.',
    },
    {
      when: 'is suspended',
      status: statusOf(beating(3, 12), 'Suspended'),
      state: 'suspended',
      danger: 'failing',
      why: 'Its orchestration is suspended: until somebody resumes it, reconcileCalls sends its keepAlives; otherwise drops at 12:42 UTC.',
    },
    {
      when: 'has an orchestration that does not start',
      status: { ...statusOf({}, 'Pending'), lastUpdatedTime: iso(-30) },
      state: 'starting',
      danger: 'overdue',
      why: 'Its orchestration should have started by now; Graph may have dropped it at 11:45 UTC.',
    },
    {
      when: 'has no orchestration',
      status: 'none' as const,
      state: 'unattended',
      danger: 'overdue',
      why: 'No orchestration runs for it, until reconcileCalls starts one; Graph may have dropped it at 11:45 UTC.',
    },
  ])('that $when: $state, $danger', ({ status, state, danger, why }) => {
    expect(rowOf(recordOf(), status)).toMatchObject({ state, danger, why });
  });

  test('that was kept alive by the reconciler has its deadline from there', () => {
    const row = rowOf(
      recordOf({ lastRescueAtMs: NOW_MS - 5 * MINUTE_MS }),
      statusOf(beating(50, 1, failing('http 500'))),
    );
    expect(row).toMatchObject({ state: 'retrying', danger: 'failing', marginSeconds: 2_400, lastKeepAliveAt: iso(-5) });
  });

  test('whose keepAlive an operator sent moves at once, whatever the instance says', () => {
    const byHand = { lastKeepAliveAtMs: NOW_MS - MINUTE_MS, keepAlives: 4, otherKeepAlives: 1 };
    for (const status of [undefined, statusOf(beating(20, 1, failing('http 503')), 'Running')]) {
      const row = rowOf(
        recordOf(byHand),
        status && {
          ...status,
          customStatus: { ...beating(20, 1), consecutiveFailures: 3, lastFailure: { at: iso(-2), reason: 'http 503' } },
        },
      );
      expect(row).toMatchObject({
        state: 'waiting',
        keepAlives: 5,
        lastKeepAliveAt: iso(-1),
        marginSeconds: 2_640,
        consecutiveFailures: 0,
      });
    }
  });

  test('stands as its row says when the engine is not asked: well, failing, late, overdue', () => {
    const heartbeat = (minutesAgo: number, more: Partial<CallRecord> = {}) =>
      rowOf(recordOf({ lastKeepAliveAtMs: NOW_MS - minutesAgo * MINUTE_MS, ...more }), undefined);
    const failed = { failures: 2, lastFailureAtMs: NOW_MS - MINUTE_MS, lastFailureReason: 'http 503' };
    expect(heartbeat(3)).toMatchObject({ state: 'waiting', danger: 'none', nextKeepAliveAt: iso(12) });
    expect(heartbeat(19)).toMatchObject({ state: 'waiting', danger: 'late' });
    expect(heartbeat(20, failed)).toMatchObject({
      state: 'retrying',
      danger: 'failing',
      why: 'No success for 20 min: Graph answers 503; drops at 12:25 UTC.',
    });
    expect(heartbeat(46, failed)).toMatchObject({ state: 'overdue', danger: 'overdue' });
  });

  test('that was only seen is in no danger and has no deadline', () => {
    const row = rowOf(recordOf({ phase: 'observed' }), undefined);
    expect(row).toMatchObject({
      state: 'observed',
      danger: 'none',
      why: expect.stringContaining('first seen 60 min ago'),
    });
    expect(row).not.toHaveProperty('deadlineAt');
  });

  test('that runs without a record is shown all the same', () => {
    const row = rowOf(undefined, statusOf({ ...beating(3, 12), tenantId: 'tenant' }));
    expect(row).toMatchObject({ state: 'waiting', tenantId: 'tenant', marginSeconds: 2_520 });
  });

  test.each([
    {
      ended: { endReason: 'notFound' as const },
      state: 'ended',
      why: /^Ended 2 min ago: Graph answered keepAlive with 404/,
    },
    {
      ended: { endReason: 'terminated' as const, resultInfo: { code: 408, subcode: 8537 } },
      state: 'lost',
      why: /^Lost at 11:58 UTC: no success for 8 min\. keepAlive was missed/,
    },
    {
      ended: { endReason: 'notFound' as const, lastKeepAliveAtMs: NOW_MS - 50 * MINUTE_MS },
      state: 'lost',
      why: /^Lost at 11:55 UTC: no success for 45 min\. Graph answered keepAlive with 404/,
    },
    {
      ended: {
        endReason: 'expired' as const,
        lastKeepAliveAtMs: NOW_MS - 50 * MINUTE_MS,
        lastFailureAtMs: NOW_MS - 3 * MINUTE_MS,
        lastFailureReason: 'http 503',
      },
      state: 'lost',
      why: /^Lost at 11:55 UTC: no success for 45 min, Graph answers 503\. The keepalive was given up/,
    },
  ])('that ended says how: $ended.endReason, $state', ({ ended, state, why }) => {
    const record = recordOf({
      phase: 'ended',
      endedAtMs: NOW_MS - 2 * MINUTE_MS,
      lastKeepAliveAtMs: NOW_MS - 10 * MINUTE_MS,
      keepAlives: 4,
      ...ended,
    });
    expect(rowOf(record, undefined)).toMatchObject({
      state,
      danger: 'none',
      endedAt: iso(-2),
      why: expect.stringMatching(why),
      keepAlives: 4,
    });
    expect(rowOf(record, undefined)).not.toHaveProperty('deadlineAt');
  });

  test('whose orchestration was terminated by hand counts as stopped', () => {
    expect(rowOf(recordOf(), statusOf({}, 'Terminated'))).toMatchObject({ state: 'ended', endReason: 'stopped' });
  });
});

/** Any JSON in the place of a status: anybody may have started an instance under a call's id. */
const anyStatus: fc.Arbitrary<InstanceStatus | undefined> = fc.option(
  fc.record({
    runtimeStatus: fc.constantFrom('Pending', 'Running', 'Suspended', 'Completed', 'Failed', 'Terminated', 'Other'),
    createdTime: fc.constant(iso(-60)),
    lastUpdatedTime: fc.constant(iso(-1)),
    customStatus: fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          phase: fc.constantFrom('waiting', 'ended', 'x'),
          keepAlives: fc.oneof(fc.integer(), fc.string()),
          lastKeepAliveAt: fc.oneof(fc.string(), fc.integer({ min: -3_000, max: 60 }).map(iso)),
          nextKeepAliveAt: fc.oneof(fc.string(), fc.integer({ min: -60, max: 60 }).map(iso)),
          deadlineAt: fc.oneof(fc.string(), fc.integer({ min: -60, max: 60 }).map(iso)),
          consecutiveFailures: fc.integer({ min: -2, max: 5 }),
          lastFailure: fc.oneof(fc.jsonValue(), fc.record({ at: fc.constant(iso(-1)), reason: fc.string() })),
          recent: fc.oneof(
            fc.jsonValue(),
            fc.array(fc.record({ at: fc.constant(iso(-2)), result: fc.string(), ms: fc.nat() })),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
    output: fc.jsonValue(),
  }),
  { nil: undefined },
);

const anyRow = fc
  .record({
    record: fc.option(anyCallRecord, { nil: undefined }),
    status: anyStatus,
    nowMs: fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  })
  .filter(({ record, status }) => record !== undefined || status !== undefined)
  .map(({ record, status, nowMs }) => ({ record, nowMs, instance: status && parseInstanceView(status) }));

test('whatever record and instance say, there is a row that holds together', () => {
  fc.assert(
    fc.property(anyRow, ({ record, instance, nowMs }) => {
      const row = toCallRow({ callId: record?.callId ?? callId, record, instance }, nowMs, limits);
      expect(CALL_STATES).toContain(row.state);
      expect(CALL_DANGERS).toContain(row.danger);
      expect(row.why).toMatch(/^[A-Z].*\.$/su);
      expect(row.why).not.toMatch(/undefined|NaN|Invalid/);
      expect(row.danger === 'overdue').toBe(row.deadlineAt !== undefined && Date.parse(row.deadlineAt) <= nowMs);
      if (row.state === 'ended' || row.state === 'lost' || row.state === 'observed') {
        expect(row.danger).toBe('none');
        expect(row).not.toHaveProperty('marginSeconds');
      } else {
        expect(Date.parse(row.deadlineAt ?? '')).not.toBeNaN();
        expect(row.marginSeconds).toBe(Math.floor((Date.parse(row.deadlineAt ?? '') - nowMs) / 1_000));
      }
      expect(JSON.parse(JSON.stringify(row))).toEqual(row);
    }),
    { numRuns: 300 },
  );
});

test('a timeline is in order and invents nothing', () => {
  fc.assert(
    fc.property(anyRow, ({ record, instance }) => {
      const timeline = toTimeline({ callId: record?.callId ?? callId, record, instance });
      const instants = timeline.map(({ at }) => Date.parse(at));
      expect(instants).toEqual(instants.toSorted((one, other) => one - other));
      expect(timeline.filter(({ kind }) => kind === 'keepAlive')).toHaveLength(instance?.recent.length ?? 0);
      expect(timeline.some(({ kind }) => kind === 'ended')).toBe(record?.endedAtMs !== undefined);
    }),
  );
});
