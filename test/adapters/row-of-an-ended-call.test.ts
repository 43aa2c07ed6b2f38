import { expect, test } from 'vitest';
import { parseEntity, toEntity } from '../../src/adapters/call-entity.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';

const callId = parseCallId('5b1f8d00-72c3-4e61-8d1b-4f60917b82e5') ?? expect.unreachable();
const record: CallRecord = {
  callId,
  graphCallId: callId,
  appId: 'bot',
  phase: 'ended',
  firstSeenAtMs: 0,
  endedAtMs: 2,
  endReason: 'alone',
  aloneSinceMs: 1,
  hungUpAtMs: 2,
  facts: {},
};
/** What the release before takes for a reason; it reads no row with another one. */
const OLDER_REASONS = ['terminated', 'notFound', 'stopped', 'expired'];

test('the row of a call that was hung up is readable to the release before, which takes it for stopped', () => {
  const { endReason } = toEntity(record);
  expect(OLDER_REASONS).toContain(endReason);
  expect(endReason).toBe('stopped');
  expect(parseEntity(toEntity(record))).toEqual({ kind: 'record', record });
});

test('a row that the release before has written anew, without the columns it does not know, is one of a stopped call', () => {
  const { endCause: _, aloneSince: __, hungUpAt: ___, ...rewritten } = toEntity(record);
  expect(parseEntity(rewritten)).toMatchObject({ kind: 'record', record: { endReason: 'stopped' } });
  const terminated = { ...toEntity(record), endReason: 'terminated' };
  expect(parseEntity(terminated)).toMatchObject({
    record: { endReason: 'terminated' },
  });
});
