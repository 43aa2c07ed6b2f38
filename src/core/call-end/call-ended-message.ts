import { withoutAbsent } from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import { toCallLoss } from '../call-record/call-loss.ts';
import { type CallRecord, latestOf } from '../call-record/call-record.ts';
import { keepAlivesOf, lastKeepAliveMs } from '../call-record/heartbeat.ts';
import type { CallEnded } from '../keepalive/keepalive-state.ts';
import { toLossCause } from '../operator-views/call-why.ts';
import { toIso } from '../values/time-text.ts';
import { type TeamsHost, toJoinUrl } from './join-url.ts';
import { toReasonText, toResultText } from './result-words.ts';

/** What the orchestration knows at its end: of the keepAlives its own. */
export interface CallOutcome {
  readonly callId: CallId;
  readonly ended: CallEnded;
  readonly keepAlives: number;
  readonly lastKeepAliveAtMs?: number;
}

/** The body of the webhook `call.ended`: why the call ended, and all that a rejoin needs. Instants as ISO strings. */
export type CallEndedMessage = ReturnType<typeof toCallEndedMessage>;

/**
 * Tells a call's end. The same however often it is told, but for a reason that the record learned later.
 *
 * Shape: record (undefined when it is gone), outcome, time of the end when the record has none → message.  Errors: none.
 */
export function toCallEndedMessage(
  record: CallRecord | undefined,
  outcome: CallOutcome,
  options: { readonly nowMs: number; readonly teamsHost: TeamsHost; readonly maximumGapMs: number },
) {
  const { callId, ended } = outcome;
  const endReason = record?.endReason ?? ended.reason;
  const resultInfo = record?.resultInfo ?? ended.resultInfo;
  const endedAt = toIso(record?.endedAtMs ?? options.nowMs);
  const facts = record?.facts ?? {};
  const loss = record === undefined ? undefined : toCallLoss(record, options);
  return {
    type: 'call.ended',
    timestamp: endedAt,
    data: {
      callId,
      endReason,
      endReasonText: toReasonText(endReason),
      keepAlives: keepAlivesOf({ ...record, keepAlives: Math.max(outcome.keepAlives, record?.keepAlives ?? 0) }),
      endedAt,
      ...withoutAbsent({
        resultInfo,
        resultText: resultInfo && toResultText(resultInfo),
        terminationReason: record?.terminationReason ?? ended.terminationReason,
        loss: loss && { at: toIso(loss.atMs), cause: toLossCause({ loss }) },
        lastKeepAliveAt: toIso(latestOf(record && lastKeepAliveMs(record), outcome.lastKeepAliveAtMs)),
        firstSeenAt: toIso(record?.firstSeenAtMs),
        establishedAt: toIso(record?.establishedAtMs),
        ...facts,
        joinUrl: toJoinUrl(facts, options.teamsHost),
      }),
    },
  } as const;
}
