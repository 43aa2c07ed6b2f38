import { describe, expect, test } from 'vitest';
import type { CallFacts } from '../../../src/core/call-record/call-facts.ts';
import { toCommands } from '../../../src/core/notifications/notification-commands.ts';
import type { CallData, NotificationEntry } from '../../../src/core/notifications/parse-notifications.ts';
import { newCallId } from '../../contract/call-store-contract.ts';

const callId = newCallId();
const graphCallId = callId.replaceAll('-', '').toUpperCase();
const facts: CallFacts = { subject: 's' };

function entryOf(items: readonly CallData[], deleted = false): Extract<NotificationEntry, { kind: 'call' }> {
  return { kind: 'call', callId, graphCallId, deleted, items };
}

describe('an entry of a call', () => {
  test.each([
    ...['established', 'Established', 'HOLD', 'transferring'].map((state) => [state, 'start']),
    ...['incoming', 'establishing', 'ringing', 'redirecting', 'transferAccepted', 'terminating', 'somethingNew'].map(
      (state) => [state, 'observe'],
    ),
  ])('with the state %s asks to %s, also when it says deleted', (state, kind) => {
    const expected = [{ kind, callId, graphCallId, facts }];
    expect(toCommands(entryOf([{ state, facts }]))).toStrictEqual(expected);
    expect(toCommands(entryOf([{ state, facts }], true))).toStrictEqual(expected);
  });

  test.each(['terminated', 'Terminated'])('with the state %s ends the call with its result', (state) => {
    const resultInfo = { code: 408, subcode: 8537 };
    expect(toCommands(entryOf([{ state, facts, resultInfo, terminationReason: 'r' }]))).toStrictEqual([
      {
        kind: 'end',
        callId,
        graphCallId,
        facts,
        ended: { reason: 'terminated', resultInfo, terminationReason: 'r' },
      },
    ]);
  });

  test('without a state ends the call when it says deleted, with data or without', () => {
    const ended = { reason: 'terminated' };
    expect(toCommands(entryOf([{ facts }], true))).toStrictEqual([{ kind: 'end', callId, graphCallId, facts, ended }]);
    expect(toCommands(entryOf([], true))).toStrictEqual([{ kind: 'end', callId, graphCallId, facts: {}, ended }]);
  });

  test('without a state is ignored otherwise', () => {
    expect(toCommands(entryOf([{ facts }]))).toStrictEqual([{ kind: 'ignore', callId }]);
    expect(toCommands(entryOf([]))).toStrictEqual([{ kind: 'ignore', callId }]);
  });

  test('gives the commands of its items in order', () => {
    const states = ['incoming', 'established', 'terminated', 'established'];
    const commands = toCommands(entryOf(states.map((state) => ({ state, facts: {} }))));
    expect(commands.map(({ kind }) => kind)).toEqual(['observe', 'start', 'end', 'start']);
  });
});

test('an entry of something else is ignored', () => {
  expect(toCommands({ kind: 'other', callId, odataType: undefined })).toStrictEqual([{ kind: 'ignore', callId }]);
});
