import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJoinUrl, TEAMS_HOSTS, toJoinUrl } from '../../../src/core/call-end/join-url.ts';
import { parseChatInfo, parseMeetingInfo } from '../../../src/core/call-record/call-facts.ts';
import { anyCharacter, anyUrl } from '../../support/any-text.ts';

const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const organizerId = '4b444206-207c-42f8-92a6-e332b41c88a2';
const threadId = '19:meeting_NTg0NmQ3NTctZDVkZC00YzRhLThmNmEtOGQ3M2E0ODdmZDZk@thread.v2';
const encoded =
  'https://teams.microsoft.com/l/meetup-join/19%3ameeting_NTg0NmQ3NTctZDVkZC00YzRhLThmNmEtOGQ3M2E0ODdmZDZk%40thread.v2/0?context=%7b%22Tid%22%3a%2272f988bf-86f1-41af-91ab-2d7cd011db47%22%2c%22Oid%22%3a%224b444206-207c-42f8-92a6-e332b41c88a2%22%7d';
const decoded =
  'https://teams.microsoft.com/l/meetup-join/19:meeting_NTg0NmQ3NTctZDVkZC00YzRhLThmNmEtOGQ3M2E0ODdmZDZk@thread.v2/0?context={"Tid":"72f988bf-86f1-41af-91ab-2d7cd011db47","Oid":"4b444206-207c-42f8-92a6-e332b41c88a2"}';

const target = {
  chatInfo: { threadId, messageId: '0' },
  meetingInfo: {
    '@odata.type': '#microsoft.graph.organizerMeetingInfo',
    organizer: { user: { id: organizerId, tenantId } },
  },
};

describe('a join URL', () => {
  test("as Graph's documentation shows it, encoded and decoded, names thread, message, tenant and organizer", () => {
    expect(parseJoinUrl(encoded)).toEqual(target);
    expect(parseJoinUrl(decoded)).toEqual(target);
  });

  test('of a channel meeting names the message it hangs on', () => {
    const url = encoded.replace('%7d', '%2c%22MessageId%22%3a%221563302249053%22%7d');
    expect(parseJoinUrl(url)?.chatInfo).toEqual({ ...target.chatInfo, replyChainMessageId: '1563302249053' });
  });

  test.each(Object.values(TEAMS_HOSTS))('may be a short one of %s, with a passcode and without', (host) => {
    const short = {
      meetingInfo: { '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo', joinMeetingId: '2414128301281' },
    };
    expect(parseJoinUrl(`https://${host}/meet/2414128301281`)).toEqual(short);
    expect(parseJoinUrl(`https://${host}/meet/2414128301281/?p=INVENTEDpass&x=1`)).toEqual({
      meetingInfo: { ...short.meetingInfo, passcode: 'INVENTEDpass' },
    });
  });

  test.each(Object.values(TEAMS_HOSTS))('may be one of %s', (host) => {
    expect(parseJoinUrl(encoded.replace('teams.microsoft.com', host))).toEqual(target);
    expect(toJoinUrl(target, host)).toMatch(`https://${host}/l/meetup-join/19%3Ameeting_`);
  });

  test.each([
    ['no URL', 'meetup-join'],
    ['plain http', encoded.replace('https:', 'http:')],
    ['another host', encoded.replace('teams.microsoft.com', 'teams.microsoft.com.example')],
    ['another port', encoded.replace('teams.microsoft.com', 'teams.microsoft.com:8443')],
    ['a host in the user name', encoded.replace('teams.microsoft.com', 'teams.microsoft.com@evil.example')],
    ['a user name', encoded.replace('teams.microsoft.com', 'user@teams.microsoft.com')],
    ['a short link without an id', 'https://teams.microsoft.com/meet/?p=AbCdEf'],
    ['a short link whose id is no number', 'https://teams.microsoft.com/meet/23456x8901234?p=AbCdEf'],
    ['a short link that goes on', 'https://teams.microsoft.com/meet/2345678901234/x?p=AbCdEf'],
    ['a short link with a passcode that is none', 'https://teams.microsoft.com/meet/2345678901234?p=Ab%20Cd'],
    ['a short link with an empty passcode', 'https://teams.microsoft.com/meet/2345678901234?p='],
    ['a short link of another host', 'https://teams.example/meet/2345678901234?p=AbCdEf'],
    ['another path', encoded.replace('/l/', '/l/x/')],
    ['no message', encoded.replace('/0?', '?')],
    ['a thread that is a path', encoded.replace(/19%3a[^/]*/, '..%2f..%2fx')],
    ['a thread that is no UTF-8', encoded.replace('19%3a', '19%3a%ff')],
    ['a thread of another kind', encoded.replace('19%3a', '')],
    ['a message that is no number', encoded.replace('/0?', '/0a?')],
    ['no context', encoded.replace(/\?.*/, '')],
    ['a context that is no JSON', encoded.replace('%7d', '')],
    ['a context that is a list', encoded.replace(/context=.*/, 'context=[]')],
    ['no organizer', encoded.replace('Oid', 'Uid')],
    ['a tenant that is no GUID', encoded.replace('72f988bf', '72f988bg')],
    ['inherited names', encoded.replace('%22Tid%22', '%22__proto__%22')],
    ['endless text', `${encoded}&x=${'x'.repeat(2_048)}`],
  ])('is refused with %s', (_, url) => {
    expect(url).not.toBe(encoded);
    expect(parseJoinUrl(url)).toBeUndefined();
  });

  test('of any text is parsed without an error', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), anyUrl), (text) => !parseJoinUrl(text)));
    const path = fc.string({ unit: anyCharacter }).map((text) => `https://teams.microsoft.com/l/meetup-join/${text}`);
    fc.assert(fc.property(path, (text) => !parseJoinUrl(text)));
  });
});

const characters = [...'abcXYZ019_.:@=+~-'];
const anyThreadId = fc
  .tuple(
    fc.integer({ min: 0, max: 999 }),
    fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 200 }),
  )
  .map(([kind, rest]) => `${kind}:${rest}`);
const anyMessageId = fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }).map(String);

const anyMeeting = fc
  .record({
    threadId: anyThreadId,
    messageId: anyMessageId,
    replyChainMessageId: fc.option(anyMessageId, { nil: undefined }),
    tenantId: fc.uuid(),
    organizerId: fc.uuid(),
  })
  .map(({ threadId, messageId, replyChainMessageId, tenantId, organizerId }) => ({
    chatInfo: { threadId, messageId, ...(replyChainMessageId === undefined ? {} : { replyChainMessageId }) },
    meetingInfo: {
      '@odata.type': '#microsoft.graph.organizerMeetingInfo',
      organizer: { user: { id: organizerId, tenantId } },
    },
  }));

describe('a meeting', () => {
  test('comes back from its join URL as it was, and so does what is kept of it', () => {
    fc.assert(
      fc.property(anyMeeting, fc.constantFrom(...Object.values(TEAMS_HOSTS)), (meeting, host) => {
        const url = toJoinUrl(meeting, host);
        expect(parseJoinUrl(url ?? '')).toEqual(meeting);
        const kept = { chatInfo: parseChatInfo(meeting.chatInfo), meetingInfo: parseMeetingInfo(meeting.meetingInfo) };
        expect(toJoinUrl(kept, host)).toBe(url);
      }),
    );
  });

  test('that is joined by its id has a short link, and comes back from it, and so does what is kept of it', () => {
    const anyPasscode = fc.option(fc.stringMatching(/^[\w-]{1,64}$/), { nil: undefined });
    fc.assert(
      fc.property(fc.stringMatching(/^\d{6,20}$/), anyPasscode, (joinMeetingId, passcode) => {
        const type = { '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo' };
        const meetingInfo = { ...type, joinMeetingId, ...(passcode === undefined ? {} : { passcode }) };
        const url = toJoinUrl({ meetingInfo: parseMeetingInfo(meetingInfo) });
        expect(parseJoinUrl(url ?? '')).toEqual({ meetingInfo });
      }),
    );
  });

  test('has no join URL without thread or organizer, such as a call between two', () => {
    expect(toJoinUrl(target)).toBe(new URL(encoded).href.replaceAll(/%[0-9a-f]{2}/g, (code) => code.toUpperCase()));
    expect(toJoinUrl({})).toBeUndefined();
    expect(toJoinUrl({ ...target, chatInfo: undefined })).toBeUndefined();
    expect(toJoinUrl({ ...target, meetingInfo: { joinMeetingId: '1/../2', passcode: '2' } })).toBeUndefined();
    expect(toJoinUrl({ meetingInfo: { joinMeetingId: '2414128301281', passcode: 'a b' } })).toBeUndefined();
    expect(toJoinUrl({ ...target, chatInfo: { threadId: '19:a/../b' } })).toBeUndefined();
  });
});
