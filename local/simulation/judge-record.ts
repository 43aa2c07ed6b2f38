import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import type { World } from './world.ts';

/**
 * Invariant (j), at each write of a record: it does not say `ended` of a call that lives, unless somebody gave the call
 * up, and what it says of the call's beginning does not become later.
 */
export function judgeRecord(
  { graph, journal }: Pick<World, 'graph' | 'journal'>,
  before: CallRecord | undefined,
  after: CallRecord,
): void {
  const { callId, phase, endReason } = after;
  const wasOpen = before?.phase !== 'ended';
  const isGivenUp = journal.operated.some(
    (one) => one.callId === callId && (one.kind === 'terminated' || one.kind === 'stopped'),
  );
  if (wasOpen && phase === 'ended' && !isGivenUp && graph.call(callId)?.state !== 'terminated') {
    journal.violate('j', callId, `its record says that it has ended (${endReason}), but it lives`);
  }
  if (before !== undefined && wasOpen && after.firstSeenAtMs > before.firstSeenAtMs) {
    journal.violate('j', callId, 'its record now says that it was first seen later');
  }
}
