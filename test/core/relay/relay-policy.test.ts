import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RelayAnswer, toAnswerToGraph, toRelayBatch } from '../../../src/core/relay/relay-policy.ts';

const fixtures = new URL('../../fixtures/notifications/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, fixtures), 'utf8'));
const call = (data: object) => ({ value: [{ resourceData: { '@odata.type': '#microsoft.graph.call', ...data } }] });

describe('what in a batch matters to the relay', () => {
  const ofFixtures = Object.fromEntries(
    readdirSync(fixtures)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file, toRelayBatch(read(file))]),
  );
  const filesWhere = (mark: 'needsBot' | 'isPolicyRecording') =>
    Object.entries(ofFixtures).flatMap(([file, batch]) => (batch[mark] ? [file] : []));

  test('only the bot can answer an incoming call and a participant who joins', () => {
    expect(filesWhere('needsBot')).toEqual([
      'incoming-group-meeting.json',
      'incoming-p2p.json',
      'incoming-policy-recording.json',
      'participant-joining.json',
    ]);
  });

  test('policy-based recording is recognised', () => {
    expect(filesWhere('isPolicyRecording')).toEqual(['incoming-policy-recording.json', 'participant-joining.json']);
  });

  const withBotData = (botData: object) => ({ applicationMetadata: { botData } });

  test.each([
    ['a participant is observed', { incomingContext: { observedParticipantId: 'somebody' } }],
    ['PolicyBasedRecording', withBotData({ inviteReasons: ['Other', 'policyBasedRecording'] })],
    ['ComplianceRecording', withBotData({ inviteReasons: ['ComplianceRecording'] })],
    ['one reason that is no list', withBotData({ inviteReasons: 'compliancerecording' })],
    ['a policy', withBotData({ policyIdentifier: 'TeamsComplianceRecordingPolicy=Tenant:example' })],
    ['its context', { incomingContext: { '@odata.type': '#microsoft.graph.policyBasedRecordingContext' } }],
    ['a context inside', withBotData({ policyBasedRecordingContext: {} })],
  ])('policy-based recording is recognised by %s, and only while the call is incoming', (_, mark) => {
    const policy = (data: object) => toRelayBatch(call(data)).isPolicyRecording;
    expect(policy({ state: 'Incoming', ...mark })).toBe(true);
    expect(policy({ state: 'established', ...mark })).toBe(false);
  });

  test.each([
    [{ incomingContext: { sourceParticipantId: 'somebody', observedParticipantId: null } }],
    [withBotData({ inviteReasons: ['Meeting', null, 7], policyIdentifier: '', policyBasedRecording: false })],
    [{ incomingContext: 'policyBasedRecording', applicationMetadata: null }],
  ])('other calls are none: %j', (data) => {
    expect(toRelayBatch(call({ state: 'incoming', ...data })).isPolicyRecording).toBe(false);
  });

  test('it is found behind entries of any other kind, in arrays, and on paths that mean nothing here', () => {
    const incoming = { resource: '/elsewhere', resourceData: [{ state: 'ringing' }, { state: 'incoming' }] };
    expect(toRelayBatch({ value: [null, 'text', {}, { resourceData: 7 }, incoming] }).needsBot).toBe(true);
  });

  test('any JSON at all can be looked at', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => !toRelayBatch({ value: [{ resourceData: value }] }).needsBot));
  });
});

describe('what Graph gets back', () => {
  const answered: RelayAnswer = { kind: 'answered', status: 200, body: new Uint8Array() };
  const unreachable: RelayAnswer = { kind: 'unreachable', detail: 'ECONNREFUSED' };
  const update = { needsBot: false, isPolicyRecording: false };
  const incoming = { needsBot: true, isPolicyRecording: false };

  test("the bot's answer, whatever its status", () => {
    for (const status of [200, 204, 302, 403, 500]) {
      const answer = { ...answered, status };
      expect(toAnswerToGraph('durable', answer, update)).toEqual({ kind: 'fromBot', answer });
      expect(toAnswerToGraph('none', answer, incoming)).toEqual({ kind: 'fromBot', answer });
    }
  });

  test('a start or end that is not durable is asked for again, whatever the bot says', () => {
    for (const bot of [answered, unreachable, { kind: 'timeout' } as const]) {
      expect(toAnswerToGraph('notDurable', bot, incoming)).toEqual({ kind: 'notDurable' });
    }
  });

  test('a bot that fails costs an update nothing', () => {
    expect(toAnswerToGraph('durable', unreachable, update)).toEqual({ kind: 'accepted' });
    expect(toAnswerToGraph('none', { kind: 'timeout' }, update)).toEqual({ kind: 'accepted' });
  });

  test('a bot that fails an incoming call is a bad gateway, or a gateway timeout', () => {
    expect(toAnswerToGraph('none', unreachable, incoming)).toEqual({ kind: 'botFailed', status: 502 });
    expect(toAnswerToGraph('durable', { kind: 'timeout' }, incoming)).toEqual({ kind: 'botFailed', status: 504 });
  });
});
