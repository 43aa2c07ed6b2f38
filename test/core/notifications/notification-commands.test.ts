import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallFacts } from '../../../src/core/call-record/call-facts.ts';
import { type CallRecord, endCall, observeCall, startCall } from '../../../src/core/call-record/call-record.ts';
import { type CallCommand, foldCommands, toCommands } from '../../../src/core/notifications/notification-commands.ts';
import type { CallData, NotificationEntry } from '../../../src/core/notifications/parse-notifications.ts';
import { anyCallRecord } from '../../contract/call-record-arbitrary.ts';
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
  expect(toCommands({ kind: 'other', callId, odataType: undefined, roster: () => undefined })).toStrictEqual([
    { kind: 'ignore', callId },
  ]);
});

describe('the commands of one call, folded', () => {
  const anyCommands = fc.array(
    fc
      .record({
        kind: fc.constantFrom<CallCommand['kind']>('observe', 'start', 'end', 'ignore'),
        subcode: fc.constantFrom(undefined, 0, 8_537),
        facts: fc.record({ subject: fc.string({ minLength: 1 }), direction: fc.string() }, { requiredKeys: [] }),
      })
      .map(({ kind, subcode, facts: seen }): CallCommand => {
        if (kind === 'ignore') return { kind, callId };
        if (kind !== 'end') return { kind, callId, graphCallId, facts: seen };
        const resultInfo = subcode === undefined ? {} : { resultInfo: { code: subcode === 0 ? 200 : 408, subcode } };
        return { kind, callId, graphCallId, facts: seen, ended: { reason: 'terminated', ...resultInfo } };
      }),
  );

  function recordAfter(stored: CallRecord | undefined, commands: readonly CallCommand[]): CallRecord | undefined {
    let record = stored;
    for (const command of commands) {
      if (command.kind === 'ignore') continue;
      const seen = { ...command, appId: 'app' };
      if (command.kind === 'end') record = endCall(record, seen, command.ended, 1) ?? record;
      else record = (command.kind === 'start' ? startCall : observeCall)(record, seen, 1) ?? record;
    }
    return record;
  }

  test('are five at most, and leave the record that all of them would have left', () => {
    // Graph's word that an operator's call ended for want of a keepAlive changes nothing: the last word is then the first.
    // A call that is kept alive was established, which its record says.
    const anyStored = fc.option(
      anyCallRecord
        .filter(({ endReason }) => endReason !== 'stopped')
        .map((record) => (record.phase === 'observed' ? record : { establishedAtMs: 0, ...record })),
      { nil: undefined },
    );
    const folding = fc.property(anyStored, anyCommands, (record, commands) => {
      const folded = foldCommands(commands);
      expect(folded.length).toBeLessThanOrEqual(5);
      expect(recordAfter(record, folded)).toEqual(recordAfter(record, commands));
    });
    fc.assert(folding, { numRuns: 1_000 });
  });

  test('still tell that the call was established, but once, when its end comes first', () => {
    const start: CallCommand = { kind: 'start', callId, graphCallId, facts };
    const end: CallCommand = { ...start, kind: 'end', ended: { reason: 'terminated' } };
    expect(foldCommands([end, start, start, end])).toEqual([end, start]);
    expect(foldCommands([start, end, start])).toEqual([start, end]);
  });

  test('still raise the alarm, but once', () => {
    const end = (subcode: number): CallCommand => ({
      ...{ kind: 'end', callId, graphCallId, facts: {} },
      ended: { reason: 'terminated', resultInfo: { code: 408, subcode } },
    });
    expect(foldCommands([end(0), end(8_537), end(0), end(8_537)])).toEqual([end(0), end(8_537)]);
  });
});
