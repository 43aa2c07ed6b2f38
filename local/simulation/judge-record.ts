import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { slackMs } from './checks/check-gaps.ts';
import type { World } from './world.ts';

/**
 * Invariant (j), at each write of a record: it does not say `ended` of a call that lives, unless somebody gave the call
 * up or its 45 minutes are over, by the clock of the app and from when that sent the last keepAlive; and what it says of
 * the call's beginning does not become later.
 */
export function judgeRecord(
  { plan, clock, graph, journal }: Pick<World, 'plan' | 'clock' | 'graph' | 'journal'>,
  before: CallRecord | undefined,
  after: CallRecord,
): void {
  const { callId, phase, endReason } = after;
  const wasOpen = before?.phase !== 'ended';
  const isGivenUp = journal.operated.some(
    (one) => one.callId === callId && (one.kind === 'terminated' || one.kind === 'stopped'),
  );
  const call = graph.call(callId);
  const isOver =
    call?.state === 'terminated' || Date.parse(call?.deadlineAt ?? '') <= clock.nowMs() + slackMs({ plan });
  if (wasOpen && phase === 'ended' && !isGivenUp && !isOver) {
    journal.violate('j', callId, `its record says that it has ended (${endReason}), but it lives`);
  }
  if (before !== undefined && wasOpen && after.firstSeenAtMs > before.firstSeenAtMs) {
    journal.violate('j', callId, 'its record now says that it was first seen later');
  }
}
