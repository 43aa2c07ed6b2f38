import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bringsNewFacts,
  mergeFacts,
  parseCallFacts,
  parseResultInfo,
} from '../../../src/core/call-record/call-facts.ts';

const secrets = {
  meetingInfo: { '@odata.type': '#microsoft.graph.tokenMeetingInfo', token: 'SECRET-1' },
  replacesContext: 'SECRET-2',
  recordingAccessToken: 'SECRET-3',
  toneInfo: { tone: 'SECRET-4', sequenceId: 1 },
  mediaConfig: { '@odata.type': '#microsoft.graph.appHostedMediaConfig', blob: 'SECRET-5' },
  chatInfo: { threadId: 't', token: 'SECRET-6' },
  source: { identity: { user: { id: 'u', token: 'SECRET-7' } }, token: 'SECRET-8' },
  incomingContext: { token: 'SECRET-9' },
};

describe('the facts of a call', () => {
  test('are what a bot needs to rejoin it', () => {
    const data = {
      tenantId: 'tenant',
      direction: 'outgoing',
      callChainId: 'chain',
      callbackUri: 'https://bot.example/api',
      subject: 'Standup',
      chatInfo: { '@odata.type': '#microsoft.graph.chatInfo', threadId: 'thread', messageId: '0' },
      meetingInfo: {
        '@odata.type': '#microsoft.graph.organizerMeetingInfo',
        organizer: { user: { id: 'organizer', tenantId: 'tenant', displayName: 'Not kept' } },
        allowConversationWithoutHost: true,
      },
      requestedModalities: ['audio', 7, 'video'],
      mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig', preFetchMedia: [] },
      source: { identity: { application: null, user: { id: 'caller' } } },
      targets: [{ identity: { phone: { id: '+1' } } }, { identity: {} }, null],
    };
    expect(parseCallFacts(data)).toStrictEqual({
      tenantId: 'tenant',
      direction: 'outgoing',
      callChainId: 'chain',
      callbackUri: 'https://bot.example/api',
      subject: 'Standup',
      chatInfo: { threadId: 'thread', messageId: '0' },
      meetingInfo: {
        '@odata.type': '#microsoft.graph.organizerMeetingInfo',
        organizer: { user: { id: 'organizer', tenantId: 'tenant' } },
        allowConversationWithoutHost: true,
      },
      requestedModalities: ['audio', 'video'],
      mediaConfigKind: '#microsoft.graph.serviceHostedMediaConfig',
      sourceId: 'user:caller',
      targetIds: ['phone:+1'],
    });
  });

  test('never hold a secret', () => {
    const facts = parseCallFacts(secrets);
    expect(Object.keys(facts)).toEqual(
      expect.arrayContaining(['meetingInfo', 'mediaConfigKind', 'chatInfo', 'sourceId']),
    );
    expect(JSON.stringify(facts)).not.toContain('SECRET');
  });

  test('of a meeting joined by id keep the id and the passcode', () => {
    const meetingInfo = {
      '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo',
      joinMeetingId: '1',
      passcode: 'p',
    };
    expect(parseCallFacts({ meetingInfo })).toStrictEqual({ meetingInfo });
  });

  test('leave out what is too long, and keep the rest', () => {
    const subject = 's'.repeat(1025);
    expect(parseCallFacts({ subject, callChainId: 'c'.repeat(1024) })).toStrictEqual({ callChainId: 'c'.repeat(1024) });
  });

  test('take no more than 20 targets and modalities', () => {
    const targets = Array.from({ length: 30 }, (_, index) => ({ identity: { user: { id: String(index) } } }));
    const facts = parseCallFacts({ targets, requestedModalities: targets.map(() => 'audio') });
    expect(facts.targetIds).toHaveLength(20);
    expect(facts.requestedModalities).toHaveLength(20);
  });

  test('do not come from a prototype', () => {
    const data = JSON.parse('{"__proto__":{"subject":"x","tenantId":"y"},"constructor":"z"}');
    expect(parseCallFacts(data)).toStrictEqual({});
    expect(parseCallFacts(Object.create({ subject: 'x' }))).toStrictEqual({});
  });

  test('can be read from any JSON object, and survive JSON unchanged', () => {
    const names = ['chatInfo', 'meetingInfo', 'source', 'targets', 'requestedModalities', 'mediaConfig', 'subject'];
    const data = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue(), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(data, (object) => {
        const facts = parseCallFacts(object);
        expect(JSON.parse(JSON.stringify(facts))).toStrictEqual(facts);
      }),
      { numRuns: 500 },
    );
  });
});

describe('facts that come later', () => {
  test('are added, and do not change what is known', () => {
    const known = { tenantId: 'first', subject: 'first' };
    const seen = { tenantId: 'second', callChainId: 'second' };
    expect(mergeFacts(known, seen)).toStrictEqual({ tenantId: 'first', subject: 'first', callChainId: 'second' });
    expect(known).toStrictEqual({ tenantId: 'first', subject: 'first' });
  });

  test('are new only when the call lacked them', () => {
    expect(bringsNewFacts({ tenantId: 'a' }, { tenantId: 'b' })).toBe(false);
    expect(bringsNewFacts({ tenantId: 'a' }, {})).toBe(false);
    expect(bringsNewFacts({ tenantId: 'a' }, { subject: 's' })).toBe(true);
  });

  test('bring nothing new once they are merged', () => {
    const anyFacts = fc.record(
      { tenantId: fc.string(), subject: fc.string(), sourceId: fc.string() },
      {
        requiredKeys: [],
        noNullPrototype: true,
      },
    );
    fc.assert(
      fc.property(anyFacts, anyFacts, (known, seen) => {
        expect(bringsNewFacts(mergeFacts(known, seen), seen)).toBe(false);
        expect(mergeFacts(known, seen)).toMatchObject(known);
      }),
    );
  });
});

describe('a resultInfo', () => {
  test.each([
    [
      { code: 408, subcode: 8537, message: 'm' },
      { code: 408, subcode: 8537, message: 'm' },
    ],
    [
      { code: '408', subCode: '8537' },
      { code: 408, subcode: 8537 },
    ],
    [
      { code: 0, subcode: 0 },
      { code: 0, subcode: 0 },
    ],
    [{ code: 4.5, subcode: null, message: 7 }, undefined],
    [{ code: '4e2', subcode: ' 1', message: 'm'.repeat(1025) }, undefined],
  ])('%j is read as %j', (value, expected) => {
    expect(parseResultInfo(value)).toStrictEqual(expected);
  });

  test.each([[undefined], [null], ['408'], [[408]]])('%j is none', (value) => {
    expect(parseResultInfo(value)).toBeUndefined();
  });
});
