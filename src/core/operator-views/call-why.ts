import { toReasonText, toResultText } from '../call-end/result-words.ts';
import { toDurationText, toInstantText } from '../values/time-text.ts';
import type { CallStanding } from './call-standing.ts';
import { toFailureText } from './failure-text.ts';

/** Says in one sentence how a call stands, what follows and when.  Shape: standing, now in ms → sentence.  Errors: none. */
export function toWhy(standing: CallStanding, nowMs: number): string {
  switch (standing.state) {
    case 'observed':
      return `Not established, so no keepAlive is sent; first seen ${ago(standing.firstSeenAtMs, nowMs)}.`;
    case 'ended':
      return `Ended ${ago(standing.endedAtMs, nowMs)}: ${endText(standing)}`;
    case 'starting':
      return standing.danger === 'none'
        ? 'Its orchestration is being started.'
        : `Its orchestration should have started by now; ${fate(standing, nowMs)}.`;
    case 'suspended':
      return `Its orchestration is suspended: until somebody resumes it, reconcileCalls sends its keepAlives; otherwise ${fate(standing, nowMs)}.`;
    case 'lost':
      return `Lost at ${toInstantText(standing.loss?.atMs ?? nowMs, nowMs)}: ${lossText(standing)}`;
    case 'unattended':
      return `No orchestration runs for it, until reconcileCalls starts one; ${fate(standing, nowMs)}.`;
    case 'waiting':
      return standing.danger === 'late' ? late(standing, nowMs) : well(standing, nowMs);
    case 'retrying':
    case 'overdue':
      return troubled(standing, nowMs);
  }
}

function well(standing: CallStanding, nowMs: number): string {
  const { lastKeepAliveAtMs } = standing;
  const next = nextTry(standing, nowMs);
  if (lastKeepAliveAtMs === undefined) return `Established; first keepAlive ${next}.`;
  return `Kept alive ${ago(lastKeepAliveAtMs, nowMs)}; next keepAlive ${next}.`;
}

function late(standing: CallStanding, nowMs: number): string {
  return `The keepAlive due ${ago(standing.nextKeepAliveAtMs, nowMs)} was not sent; ${fate(standing, nowMs)}.`;
}

function troubled(standing: CallStanding, nowMs: number): string {
  const { lastFailure, lastKeepAliveAtMs, firstSeenAtMs, nextKeepAliveAtMs } = standing;
  const sinceMs = lastKeepAliveAtMs ?? firstSeenAtMs;
  const success = sinceMs === undefined ? 'No success' : `No success for ${toDurationText(nowMs - sinceMs)}`;
  const cause = lastFailure === undefined ? '' : `: ${toFailureText(lastFailure.reason)}`;
  const next = nextKeepAliveAtMs === undefined ? '' : `; next try ${nextTry(standing, nowMs)}`;
  return `${success}${cause}${next}; ${fate(standing, nowMs)}.`;
}

function nextTry({ nextKeepAliveAtMs }: CallStanding, nowMs: number): string {
  if (nextKeepAliveAtMs === undefined || nextKeepAliveAtMs <= nowMs) return 'now';
  return `in ${toDurationText(nextKeepAliveAtMs - nowMs)}`;
}

/** What happens if nothing changes. */
function fate({ deadlineAtMs, danger }: CallStanding, nowMs: number): string {
  const at = deadlineAtMs === undefined ? 'an unknown time' : toInstantText(deadlineAtMs, nowMs);
  return danger === 'overdue' ? `Graph may have dropped it at ${at}` : `drops at ${at}`;
}

/** Why a call was lost, as far as anybody knows. */
export function toLossCause({ loss }: Pick<CallStanding, 'loss'>): string {
  if (loss === undefined) return '';
  const gap = `no success for ${toDurationText(loss.atMs - loss.lastProofMs)}`;
  return loss.lastFailureReason === undefined ? gap : `${gap}, ${toFailureText(loss.lastFailureReason)}`;
}

function lossText(standing: CallStanding): string {
  return `${toLossCause(standing)}. ${endText(standing)}`;
}

function endText({ ended }: CallStanding): string {
  if (ended === undefined) return 'nothing is known of how.';
  if (ended.reason === 'alone') return toReasonText(ended.reason);
  return (ended.resultInfo && toResultText(ended.resultInfo)) ?? toReasonText(ended.reason);
}

function ago(instantMs: number | undefined, nowMs: number): string {
  return instantMs === undefined ? 'at an unknown time' : `${toDurationText(nowMs - instantMs)} ago`;
}
