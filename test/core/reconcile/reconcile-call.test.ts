import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallId, parseCallId } from '../../../src/core/call-record/call-id.ts';
import {
  activateCall,
  type CallRecord,
  cleanUpCall,
  endCall,
  rebuildCall,
  repeatEnd,
  restartCall,
  toSighting,
} from '../../../src/core/call-record/call-record.ts';
import { toKeepaliveLimits } from '../../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../../src/core/keepalive/keepalive-state.ts';
import { type InstanceFacts, isLiveInstance } from '../../../src/core/reconcile/instance-facts.ts';
import { reconcileCall } from '../../../src/core/reconcile/reconcile-call.ts';
import { type CallSituation, callDeadlineMs } from '../../../src/core/reconcile/stuck-call.ts';
import { instance, NOW } from './running-instance.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const limits = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1 });
const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24') as CallId;

function record(changes: Partial<CallRecord>): CallRecord {
  const firstSeenAtMs = NOW - 2 * HOUR;
  return { callId, graphCallId: callId, appId: 'app', phase: 'active', firstSeenAtMs, facts: {}, ...changes };
}

const established = { establishedAtMs: NOW - 2 * HOUR };
const ended = { phase: 'ended', endReason: 'terminated', endedAtMs: NOW - HOUR } as const;

const records = {
  none: undefined,
  'observed 9 min ago': record({ phase: 'observed', firstSeenAtMs: NOW - 9 * MINUTE }),
  'observed 10 min ago': record({ phase: 'observed', firstSeenAtMs: NOW - 10 * MINUTE }),
  'observed 24 h ago': record({ phase: 'observed', firstSeenAtMs: NOW - 24 * HOUR }),
  'starting since 59 s': record({ phase: 'starting', establishedAtMs: NOW - 59 * SECOND }),
  'starting since 2 h': record({ phase: 'starting', ...established }),
  active: record(established),
  'active, rescued 9 min ago': record({ ...established, lastRescueAtMs: NOW - 9 * MINUTE }),
  'active, rescued 10 min ago': record({ ...established, lastRescueAtMs: NOW - 10 * MINUTE }),
  'active, restarted 3 times': record({ ...established, restarts: 3 }),
  'ended 59 s ago': record({ ...ended, endedAtMs: NOW - 59 * SECOND }),
  ended: record(ended),
  'ended, cleaned up': record({ ...ended, cleanedUpAtMs: NOW - HOUR }),
  'ended, repeated 3 min ago': record({ ...ended, endRepeatedAtMs: NOW - 3 * MINUTE }),
  'ended, repeated 4 min ago': record({ ...ended, endRepeatedAtMs: NOW - 4 * MINUTE }),
  'ended, repeated for an end before': record({ ...ended, endRepeatedAtMs: NOW - 2 * HOUR }),
};

const lastSuccess = (agoMs: number) => ({ sums: { keepAlives: 8, lastKeepAliveAtMs: NOW - agoMs } });

const instances = {
  none: undefined,
  'pending 4 min': instance({ life: 'pending', lastUpdatedAtMs: NOW - 4 * MINUTE }),
  'pending 5 min': instance({ life: 'pending', lastUpdatedAtMs: NOW - 5 * MINUTE, ...lastSuccess(20 * MINUTE) }),
  waiting: instance({ nextKeepAliveAtMs: NOW + MINUTE, ...lastSuccess(14 * MINUTE) }),
  'late by 4 min': instance({ nextKeepAliveAtMs: NOW - 4 * MINUTE, ...lastSuccess(19 * MINUTE) }),
  'late by 5 min': instance({ nextKeepAliveAtMs: NOW - 5 * MINUTE, ...lastSuccess(20 * MINUTE) }),
  'late by 29 s, 6 min left': instance({ nextKeepAliveAtMs: NOW - 29 * SECOND, ...lastSuccess(39 * MINUTE) }),
  'late by 30 s, 6 min left': instance({ nextKeepAliveAtMs: NOW - 30 * SECOND, ...lastSuccess(39 * MINUTE) }),
  'late by 30 s, 7 min left': instance({ nextKeepAliveAtMs: NOW - 30 * SECOND, ...lastSuccess(38 * MINUTE) }),
  'no step for 5 min, no due time': instance({ lastUpdatedAtMs: NOW - 5 * MINUTE, ...lastSuccess(20 * MINUTE) }),
  'suspended, due in 6 min': instance({
    life: 'suspended',
    nextKeepAliveAtMs: NOW + 6 * MINUTE,
    ...lastSuccess(9 * MINUTE),
  }),
  'suspended, due in 5 min': instance({
    life: 'suspended',
    nextKeepAliveAtMs: NOW + 5 * MINUTE,
    ...lastSuccess(10 * MINUTE),
  }),
  'suspended, no success for 24 h': instance({
    life: 'suspended',
    nextKeepAliveAtMs: NOW - 23 * HOUR,
    ...lastSuccess(24 * HOUR),
  }),
  'ending, a step 24 h ago': instance({ isEnding: true, lastUpdatedAtMs: NOW - 24 * HOUR }),
  'ending, a step 25 h ago': instance({ isEnding: true, lastUpdatedAtMs: NOW - 25 * HOUR }),
  completed: instance({ life: 'completed', isEnding: true, ended: { reason: 'notFound' } }),
  'failed, success 9 min ago': instance({ life: 'failed', ...lastSuccess(9 * MINUTE) }),
  'failed, success 20 min ago': instance({ life: 'failed', ...lastSuccess(20 * MINUTE) }),
  'terminated 3 min ago': instance({ life: 'terminated', lastUpdatedAtMs: NOW - 3 * MINUTE }),
  'terminated 4 min ago': instance({ life: 'terminated', lastUpdatedAtMs: NOW - 4 * MINUTE }),
};

/** A dot: nothing is done. The columns are the records, the rows the instances, in the order of above. */
const TABLE = `
instance                         | none    obs9  obs10   obs24h  start59 start2h active  resc9   resc10  rest3   end59   ended   cleaned rep3    rep4      repOld
none                             | .       .     probe   end     .       start   start   start   start   start   .       .       .       .       .         .
pending 4 min                    | rebuild start start   rescue  .       rescue  rescue  .       .       rescue  .       repeat  repeat  .       terminate repeat
pending 5 min                    | rebuild rescue rescue rescue  .       rescue  rescue  .       rescue  rescue  .       repeat  repeat  .       terminate repeat
waiting                          | rebuild start start   start   .       start   .       .       .       .       .       repeat  repeat  .       terminate repeat
late by 4 min                    | rebuild start start   start   .       start   .       .       .       .       .       repeat  repeat  .       terminate repeat
late by 5 min                    | rebuild rescue rescue rescue  .       rescue  rescue  .       rescue  rescue  .       repeat  repeat  .       terminate repeat
late by 29 s, 6 min left         | rebuild start start   start   .       start   .       .       .       .       .       repeat  repeat  .       terminate repeat
late by 30 s, 6 min left         | rebuild start start   rescue  .       rescue  rescue  .       .       rescue  .       repeat  repeat  .       terminate repeat
late by 30 s, 7 min left         | rebuild start start   start   .       start   .       .       .       .       .       repeat  repeat  .       terminate repeat
no step for 5 min, no due time   | rebuild rescue rescue rescue  .       rescue  rescue  .       rescue  rescue  .       repeat  repeat  .       terminate repeat
suspended, due in 6 min          | rebuild start start   start   .       start   .       .       .       .       .       repeat  repeat  .       terminate repeat
suspended, due in 5 min          | rebuild rescue rescue rescue  .       rescue  rescue  .       rescue  rescue  .       repeat  repeat  .       terminate repeat
suspended, no success for 24 h   | rebuild rescue rescue end     .       rescue  rescue  .       rescue  rescue  .       repeat  repeat  .       terminate repeat
ending, a step 24 h ago          | .       .     .       .       .       .       .       .       .       .       .       .       .       .       .         .
ending, a step 25 h ago          | rebuild terminate terminate terminate . terminate terminate terminate terminate terminate terminate terminate terminate terminate terminate terminate
completed                        | .       close close   close   .       close   close   close   close   close   close   close   .       close   close     close
failed, success 9 min ago        | .       start start   start   .       start   start   start   start   .       .       .       .       .       .         .
failed, success 20 min ago       | .       start start   start   .       start   start   start   start   rescue  .       .       .       .       .         .
terminated 3 min ago             | .       .     .       .       .       .       .       .       .       .       .       .       .       .       .         .
terminated 4 min ago             | .       close close   close   .       close   close   close   close   close   .       .       .       .       .         .
`;

const cells = TABLE.trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [name = '', actions = ''] = line.split('|').map((text) => text.trim());
    return actions
      .split(/ +/)
      .map(
        (action, column) => [Object.keys(records)[column] ?? '', name, action === '.' ? 'nothing' : action] as const,
      );
  });

describe('the table of cases', () => {
  test('has a cell for every record and every instance', () => {
    expect(cells).toHaveLength(Object.keys(records).length * Object.keys(instances).length);
    expect([...new Set(cells.map(([, name]) => name))]).toEqual(Object.keys(instances));
  });

  test.each(cells)('record %s × instance %s: %s', (recordName, instanceName, expected) => {
    const situation = {
      record: records[recordName as keyof typeof records],
      instance: instances[instanceName as keyof typeof instances],
    };
    const { kind } = reconcileCall(situation, NOW, limits);
    expect(kind === 'repeatEnd' ? 'repeat' : kind).toBe(expected);
  });
});

describe('a start', () => {
  const startOf = (situation: CallSituation) => {
    const action = reconcileCall(situation, NOW, limits);
    if (action.kind !== 'start') throw new Error(`not started but ${action.kind}`);
    return action;
  };

  test('sends the first keepAlive at once when no success is known', () => {
    const action = startOf({ record: record(established), instance: undefined });
    expect(action).toEqual({ kind: 'start', hasFailed: false, lastKeepAliveAtMs: undefined, firstKeepAliveAtMs: NOW });
  });

  test('sends it at once when the last success is older than the interval', () => {
    const failed = instance({ life: 'failed', ...lastSuccess(16 * MINUTE) });
    expect(startOf({ record: record(established), instance: failed })).toMatchObject({
      hasFailed: true,
      lastKeepAliveAtMs: NOW - 16 * MINUTE,
      firstKeepAliveAtMs: NOW,
    });
  });

  test('sends it when it is due after a success that is known from anywhere', () => {
    const failed = instance({ life: 'failed', ...lastSuccess(12 * MINUTE) });
    const rescued = record({ ...established, lastRescueAtMs: NOW - 4 * MINUTE });
    expect(startOf({ record: rescued, instance: failed })).toMatchObject({ firstKeepAliveAtMs: NOW + 11 * MINUTE });
  });

  test.each(['completed', 'failed', 'terminated'] as const)(
    'is made for a call that was registered anew after its instance had %s',
    (life) => {
      const reopened = record({ phase: 'starting', establishedAtMs: NOW - 2 * MINUTE });
      const before = instance({ life, lastUpdatedAtMs: NOW - 3 * MINUTE });
      expect(startOf({ record: reopened, instance: before })).toMatchObject({ hasFailed: false });
    },
  );
});

describe('what is closed', () => {
  test('takes reason, result and sums from the output', () => {
    const sums = { keepAlives: 3, lastKeepAliveAtMs: NOW - HOUR };
    const reason = { reason: 'terminated', resultInfo: { code: 200 } } as const;
    const completed = instance({ life: 'completed', sums, ended: reason });
    expect(reconcileCall({ record: record({}), instance: completed }, NOW, limits)).toEqual({
      kind: 'close',
      ended: reason,
      sums,
    });
  });

  test('was stopped by an operator when its instance was terminated', () => {
    const terminated = instance({ life: 'terminated', lastUpdatedAtMs: NOW - HOUR });
    expect(reconcileCall({ record: record({}), instance: terminated }, NOW, limits)).toMatchObject({
      ended: { reason: 'stopped' },
    });
  });

  test('waits with the next instance until no late order to terminate this one can meet it', () => {
    const established = record({ ...ended, establishedAtMs: NOW - 2 * HOUR });
    const terminated = (agoMs: number) => instance({ life: 'terminated', lastUpdatedAtMs: NOW - agoMs });
    const kindAfter = (agoMs: number, of = limits) =>
      reconcileCall({ record: established, instance: terminated(agoMs) }, NOW, of).kind;
    expect([kindAfter(3 * MINUTE), kindAfter(4 * MINUTE)]).toEqual(['nothing', 'close']);
    const sixtyTimesFaster = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 60 });
    expect([kindAfter(4_499, sixtyTimesFaster), kindAfter(4_500, sixtyTimesFaster)]).toEqual(['nothing', 'close']);
  });

  test('keeps the reason that the record has when its instance is terminated as deaf', () => {
    const notFound = record({ ...ended, endReason: 'notFound', endRepeatedAtMs: NOW - 5 * MINUTE });
    expect(reconcileCall({ record: notFound, instance: instance({}) }, NOW, limits)).toMatchObject({
      kind: 'terminate',
      ended: { reason: 'notFound' },
    });
  });
});

test('an instance is not terminated as deaf when it began after the end was repeated: it may tell the webhook', () => {
  const repeated = record({ ...ended, endRepeatedAtMs: NOW - 10 * MINUTE });
  const kindOf = (createdAgoMs: number) =>
    reconcileCall(
      { record: repeated, instance: instance({ life: 'pending', createdAtMs: NOW - createdAgoMs }) },
      NOW,
      limits,
    ).kind;
  expect([kindOf(11 * MINUTE), kindOf(9 * MINUTE), kindOf(0)]).toEqual(['terminate', 'repeatEnd', 'repeatEnd']);
});

describe('a stuck call', () => {
  test('of a bot with an interval of 40 minutes is rescued before its deadline', () => {
    const slow = toKeepaliveLimits({ intervalMs: 40 * MINUTE, timeScale: 1 });
    for (const life of ['running', 'suspended'] as const) {
      const seenAt = (agoMs: number) =>
        reconcileCall(
          {
            record: record(established),
            instance: instance({ life, nextKeepAliveAtMs: NOW + 40 * MINUTE - agoMs, ...lastSuccess(agoMs) }),
          },
          NOW,
          slow,
        ).kind;
      const rescuedAfter = Array.from({ length: 45 }, (_, minute) => minute).filter(
        (minute) => seenAt(minute * MINUTE + 30 * SECOND) === 'rescue',
      );
      // Five in a row: whenever a run comes, one of them is met.
      expect(rescuedAfter.slice(0, 5)).toEqual(life === 'running' ? [40, 41, 42, 43, 44] : [35, 36, 37, 38, 39]);
    }
  });

  test('has its deadline counted from the latest of success, rescue and first sight', () => {
    const of = (changes: Partial<CallRecord>, successAgoMs: number | undefined) =>
      callDeadlineMs(
        {
          record: record({ firstSeenAtMs: NOW - 30 * MINUTE, ...changes }),
          instance: instance(successAgoMs === undefined ? {} : lastSuccess(successAgoMs)),
        },
        limits,
      ) - NOW;
    expect(of({}, undefined)).toBe(15 * MINUTE);
    expect(of({}, 20 * MINUTE)).toBe(25 * MINUTE);
    expect(of({ lastRescueAtMs: NOW - 10 * MINUTE }, 20 * MINUTE)).toBe(35 * MINUTE);
    expect(of({ lastRescueAtMs: NOW - 20 * MINUTE }, 10 * MINUTE)).toBe(35 * MINUTE);
    const unrecorded = { record: undefined, instance: instance(lastSuccess(20 * MINUTE)) };
    expect(callDeadlineMs(unrecorded, limits)).toBe(NOW + 25 * MINUTE);
  });

  test('whose age is limited is given up at that age', () => {
    const fused = toKeepaliveLimits({ intervalMs: 15 * MINUTE, timeScale: 1, maximumCallHours: 2 });
    const late = instances['late by 5 min'];
    expect(reconcileCall({ record: record(established), instance: late }, NOW, fused).kind).toBe('end');
    const younger = record({ firstSeenAtMs: NOW - HOUR });
    expect(reconcileCall({ record: younger, instance: late }, NOW, fused).kind).toBe('rescue');
  });
});

describe('whatever the situation', () => {
  const anyAgo = fc.oneof(fc.nat(2 * HOUR), fc.nat(30 * HOUR), fc.constant(0));
  const anyInstant = anyAgo.map((agoMs) => NOW - agoMs);
  const anyOpenRecord = fc.record(
    {
      phase: fc.constantFrom('observed', 'starting', 'active'),
      firstSeenAtMs: anyInstant,
      establishedAtMs: anyInstant,
      lastRescueAtMs: anyInstant,
      restarts: fc.nat(5),
    } as const,
    { requiredKeys: ['phase', 'firstSeenAtMs'] },
  );
  const anyEndedRecord = fc.record(
    {
      phase: fc.constant('ended'),
      firstSeenAtMs: anyInstant,
      endedAtMs: anyInstant,
      endReason: fc.constantFrom('terminated', 'notFound', 'stopped', 'expired'),
      cleanedUpAtMs: anyInstant,
      lastRescueAtMs: anyInstant,
      endRepeatedAtMs: anyInstant,
    } as const,
    { requiredKeys: ['phase', 'firstSeenAtMs', 'endedAtMs', 'endReason'] },
  );
  const anyRecord = fc.oneof(anyOpenRecord, anyEndedRecord).map((changes) => record(changes));
  const anyInstance: fc.Arbitrary<InstanceFacts> = fc
    .record(
      {
        life: fc.constantFrom('pending', 'running', 'suspended', 'completed', 'failed', 'terminated'),
        createdAtMs: anyInstant,
        lastUpdatedAtMs: anyInstant,
        isEnding: fc.boolean(),
        nextKeepAliveAtMs: fc.oneof(
          anyInstant,
          fc.nat(40 * MINUTE).map((ms) => NOW + ms),
        ),
        sums: fc.record({ keepAlives: fc.nat(50), lastKeepAliveAtMs: anyInstant }, { requiredKeys: ['keepAlives'] }),
      } as const,
      { requiredKeys: ['life', 'lastUpdatedAtMs', 'isEnding', 'sums'] },
    )
    .map((facts) => facts as InstanceFacts);
  const anySituation = fc.record({
    record: fc.option(anyRecord, { nil: undefined }),
    instance: fc.option(anyInstance, { nil: undefined }),
  });

  test('an ended call is neither started nor asked for, and one that Graph may have is never closed for want of an instance', () => {
    fc.assert(
      fc.property(anySituation, (situation) => {
        const { kind } = reconcileCall(situation, NOW, limits);
        if (situation.record?.phase === 'ended') expect(['start', 'rescue', 'probe', 'end']).not.toContain(kind);
        if (situation.instance === undefined) expect(['close', 'terminate', 'repeatEnd']).not.toContain(kind);
      }),
      { numRuns: 2_000 },
    );
  });

  test('repeating the run at once comes to rest, with one request to Graph at most and no end taken back', () => {
    fc.assert(
      fc.property(anySituation, fc.constantFrom('alive', 'gone', 'retry'), (first, answer) => {
        let situation: CallSituation = first;
        let requests = 0;
        const kinds: string[] = [];
        for (let run = 0; run < 5; run++) {
          const action = reconcileCall(situation, NOW, limits);
          kinds.push(action.kind);
          if (action.kind === 'rescue' || action.kind === 'probe') {
            requests++;
            if (answer === 'retry') return;
          }
          const next = carriedOut(situation, action.kind, answer === 'alive');
          if (situation.record?.phase === 'ended') expect(next.record?.phase).toBe('ended');
          situation = next;
        }
        expect(kinds.at(-1)).toBe('nothing');
        expect(requests).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What the stores hold after an action that went well. */
function carriedOut(situation: CallSituation, kind: string, isAlive: boolean): CallSituation {
  const { record: stored, instance: before } = situation;
  const seen = stored === undefined ? { callId, graphCallId: callId, appId: 'app', facts: {} } : toSighting(stored);
  const closed = () => cleanUpCall(stored, seen, { reason: 'expired' }, { keepAlives: 0 }, NOW) ?? stored;
  const isDead = before?.life === 'failed' || before?.life === 'completed' || before?.life === 'terminated';
  const endedRecord = () => (isDead ? closed() : (endCall(stored, seen, { reason: 'notFound' }, NOW) ?? stored));
  const started = (from: CallRecord | undefined): CallSituation => ({
    record: activateCall(
      restartCall(from, { hasFailed: before?.life === 'failed', isLive: isLiveInstance(before), nowMs: NOW }),
    ),
    instance: isDead || before === undefined ? instance({ life: 'pending', lastUpdatedAtMs: NOW }) : before,
  });
  const rescued = (from: CallRecord | undefined) =>
    from === undefined ? undefined : { ...from, lastKeepAliveAtMs: NOW, lastRescueAtMs: NOW };
  switch (kind) {
    case 'start':
      return started(stored);
    case 'rescue':
      return { ...situation, record: isAlive ? rescued(stored) : endedRecord() };
    case 'probe':
      return isAlive ? started(rescued(stored)) : { ...situation, record: endedRecord() };
    case 'rebuild': {
      const state = startKeepalive({ callId, graphCallId: callId, firstSeenAtMs: NOW - HOUR, limits });
      return { ...situation, record: rebuildCall(stored, state, 'app') };
    }
    case 'end':
      return { ...situation, record: endedRecord() };
    case 'repeatEnd':
      return { ...situation, record: repeatEnd(stored, NOW) };
    case 'close':
      return { ...situation, record: closed() };
    case 'terminate':
      return { record: closed(), instance: before && { ...before, life: 'terminated' } };
    default:
      return situation;
  }
}
