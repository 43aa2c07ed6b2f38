import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallId } from '../../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../../src/core/call-record/call-record.ts';
import { parseParticipantList, parseRoster, type Roster } from '../../../src/core/roster/parse-roster.ts';
import { isAloneIn, isHangUpDue, seeRoster } from '../../../src/core/roster/see-roster.ts';
import type { PlainObject } from '../../../src/core/values/plain-object.ts';

const BOT = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
const MINUTE_MS = 60_000;
const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const rule = { hangUpAfterMs: 10 * MINUTE_MS, countsApplications: false };
const active: CallRecord = {
  callId,
  graphCallId: callId,
  appId: BOT,
  phase: 'active',
  firstSeenAtMs: 0,
  establishedAtMs: 0,
  facts: {},
};

const participant = (id: string, identity: object | null, more: object = {}) => ({
  '@odata.type': '#microsoft.graph.participant',
  info: { identity },
  isInLobby: false,
  id,
  ...more,
});
const bot = (id = 'bot') => participant(id, { application: { id: BOT.toUpperCase() } });
const alex = (id = 'alex', more: object = {}) => participant(id, { user: { id: 'user-alex' } }, more);
const recorder = participant('recorder', { application: { id: '11111111-2222-4333-8444-555555555555' } });

const entryOf = (resourceData: unknown): PlainObject => ({
  changeType: 'updated',
  resource: `/app/calls/${callId}/participants`,
  resourceUrl: `/communications/calls/${callId}/participants`,
  resourceData,
});
const roster = (resourceData: unknown): Roster => parseRoster(entryOf(resourceData), BOT) ?? expect.unreachable();
const delta = (sequenceNumber: number, ...participants: readonly object[]) =>
  roster({ '@odata.type': '#microsoft.graph.deltaParticipants', sequenceNumber, participants });
const left = { removedState: { reason: 'Left' } };

/** The record after these rosters, a minute apart. */
function recordAfter(rosters: readonly Roster[], record: CallRecord = active, ruleOf = rule): CallRecord {
  return rosters.reduce((known, seen, index) => seeRoster(known, seen, ruleOf, index * MINUTE_MS) ?? known, record);
}

describe('the bot is alone', () => {
  test.each<[string, readonly Roster[]]>([
    ['a full roster with nobody else', [roster([bot()])]],
    ['several endpoints of its own', [roster([bot('one'), bot('two')])]],
    ['with other applications', [roster([bot(), recorder])]],
    ['a resource account among them', [roster([bot(), participant('room', { applicationInstance: { id: 'x' } })])]],
    ['those who have left', [roster([bot(), alex('alex', left)])]],
    ['a first delta that holds nobody else', [delta(0, bot())]],
    ['a delta after which nobody else is there', [delta(1, bot(), alex()), delta(2, alex('alex', left))]],
    [
      'the last endpoint of one person',
      [delta(1, bot(), alex('a'), alex('b')), delta(2, alex('a', left)), delta(3, alex('b', left))],
    ],
    [
      'a stale delta does not undo it',
      [delta(1, bot(), alex()), delta(2, alex('alex', left)), delta(1, bot(), alex())],
    ],
  ])('%s', (_, rosters) => {
    const sinceMs =
      rosters.findIndex((__, index) => recordAfter(rosters.slice(0, index + 1)).aloneSinceMs !== undefined) * MINUTE_MS;
    expect(recordAfter(rosters)).toMatchObject({ aloneSinceMs: sinceMs, hangUpAtMs: sinceMs + rule.hangUpAfterMs });
  });
});

describe('the bot is not alone', () => {
  const ALONE = roster([bot()]);

  test.each<[string, readonly Roster[]]>([
    ['a person', [ALONE, roster([bot(), alex()])]],
    ['one of two endpoints left', [delta(1, bot(), alex('a'), alex('b')), delta(2, alex('a', left))]],
    ['a person in the lobby', [ALONE, roster([bot(), alex('alex', { isInLobby: true })])]],
    ['a phone', [ALONE, roster([bot(), participant('phone', { phone: { id: '+1' } })])]],
    ['a guest', [ALONE, roster([bot(), participant('guest', { guest: { id: 'x' }, user: null })])]],
    ['somebody whose identity is not told', [ALONE, roster([bot(), participant('who', null)])]],
    ['somebody without an id', [delta(1, bot(), { info: { identity: { user: {} } } }), delta(2, alex('alex', left))]],
    ['an empty roster, which proves nothing', [ALONE, roster([])]],
    ['somebody who came by a delta', [delta(1, bot()), delta(2, alex())]],
    ['a delta that was missed in between', [delta(1, bot(), alex()), delta(3, alex('alex', left))]],
    ['deltas of which the first was missed', [delta(7, bot()), delta(8, alex('alex', left))]],
    ['a full roster and then deltas whose beginning is unknown', [ALONE, delta(5, recorder)]],
    ['a first delta that holds nobody', [delta(1)]],
  ])('%s', (_, rosters) => {
    const record = recordAfter(rosters);
    expect([record.aloneSinceMs, record.hangUpAtMs]).toEqual([undefined, undefined]);
  });

  test('another application, where applications count', () => {
    const counting = { ...rule, countsApplications: true };
    expect(recordAfter([roster([bot(), recorder])], active, counting).hangUpAtMs).toBeUndefined();
    expect(recordAfter([roster([bot()])], active, counting).hangUpAtMs).toBe(rule.hangUpAfterMs);
  });

  test('more people than are remembered, before a full roster says otherwise', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => alex(`person-${index}`));
    const gone = many.map((one) => ({ ...one, ...left }));
    const record = recordAfter([delta(1, bot(), ...many), delta(2, ...gone)]);
    expect([record.hangUpAtMs, record.roster]).toEqual([undefined, undefined]);
    expect(recordAfter([roster([bot()])], record).hangUpAtMs).toBeDefined();
  });
});

describe('how long the bot is alone', () => {
  test('counts from the first roster that says so, however many repeat it', () => {
    const record = recordAfter([roster([bot()]), roster([bot(), recorder]), roster([bot()])]);
    expect(record).toMatchObject({ aloneSinceMs: 0, hangUpAtMs: rule.hangUpAfterMs });
  });

  test('begins anew after somebody was there', () => {
    const record = recordAfter([roster([bot()]), roster([bot(), alex()]), roster([bot()])]);
    expect(record.aloneSinceMs).toBe(2 * MINUTE_MS);
  });

  test('ends with a roster that comes when Graph has been asked to hang up', () => {
    const hungUp = { ...recordAfter([roster([bot()])]), hungUpAtMs: MINUTE_MS };
    expect(recordAfter([roster([bot()])], hungUp).hungUpAtMs).toBe(MINUTE_MS);
    expect(recordAfter([roster([bot(), alex()])], hungUp).hungUpAtMs).toBeUndefined();
  });

  test('is due after the time of the setting, for an active call only', () => {
    const record = recordAfter([roster([bot()])]);
    expect(isHangUpDue(record, rule.hangUpAfterMs - 1)).toBe(false);
    expect(isHangUpDue(record, rule.hangUpAfterMs)).toBe(true);
    expect(isHangUpDue({ ...record, phase: 'ended' }, rule.hangUpAfterMs)).toBe(false);
    expect(isHangUpDue(active, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test('costs no write while somebody is there, and none that repeats what is known', () => {
    const full = roster([bot(), alex()]);
    expect(seeRoster(active, full, rule, 0)).toBeUndefined();
    const alone = recordAfter([roster([bot()])]);
    expect(seeRoster(alone, roster([bot()]), rule, MINUTE_MS)).toBeUndefined();
    expect(seeRoster(undefined, full, rule, 0)).toBeUndefined();
    expect(seeRoster({ ...alone, phase: 'ended' }, full, rule, 0)).toBeUndefined();
  });
});

describe('a roster', () => {
  const read = (file: string) => {
    const body = readFileSync(new URL(`../../fixtures/notifications/${file}.json`, import.meta.url), 'utf8');
    return parseRoster(JSON.parse(body).value[0], BOT);
  };

  test('as it was recorded is read', () => {
    expect(read('participants-updated')?.participants.map(({ who }) => who)).toEqual(['bot', 'person']);
    expect(read('participants-updated-bot-alone')?.participants.map(({ who }) => who)).toEqual(['bot']);
    for (const file of ['established', 'participant-joining', 'play-prompt-completed'])
      expect(read(file)).toBeUndefined();
  });

  test('is not what speaks of one participant, or of none', () => {
    const one = { ...entryOf(bot()), resource: `/app/calls/${callId}/participants/bot`, resourceUrl: undefined };
    for (const entry of [one, entryOf(bot()), entryOf(undefined), { ...one, resourceData: [bot()] }]) {
      expect(parseRoster(entry, BOT)).toBeUndefined();
    }
    for (const data of [{ sequenceNumber: 'x', participants: [] }, { sequenceNumber: 1 }]) {
      const entry = entryOf({ '@odata.type': '#microsoft.graph.deltaParticipants', ...data });
      expect(parseRoster(entry, BOT)).toBeUndefined();
    }
  });

  test('of any JSON is read without an error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parseRoster(entryOf(value), BOT);
      }),
    );
  });
});

describe("Graph's list of participants", () => {
  const isAloneBy = (list: unknown, ruleOf = rule) => {
    const listed = parseParticipantList(JSON.stringify(list), BOT);
    return listed && isAloneIn(listed, ruleOf);
  };

  test.each<[boolean | undefined, string, unknown]>([
    [true, 'the bot', { value: [bot()] }],
    [true, 'another application', { value: [bot(), recorder] }],
    [false, 'a person', { value: [bot(), alex()] }],
    [false, 'a person in the lobby', { value: [bot(), alex('alex', { isInLobby: true })] }],
    [false, 'nobody, which proves nothing', { value: [] }],
    [undefined, 'a first page only', { value: [bot()], '@odata.nextLink': 'https://graph.microsoft.com/next' }],
    [undefined, 'no list', { value: bot() }],
    [undefined, 'another shape', [bot()]],
  ])('says %s of %s', (expected, _, list) => {
    expect(isAloneBy(list)).toBe(expected);
  });

  test('knows applications as company where they count, and is none when it is no JSON', () => {
    expect(isAloneBy({ value: [bot(), recorder] }, { ...rule, countsApplications: true })).toBe(false);
    expect(parseParticipantList('{"value":[', BOT)).toBeUndefined();
  });
});
