import type { RecordedEndReason } from '../call-record/call-record.ts';
import type { ResultInfo } from '../keepalive/keepalive-state.ts';

/** Why the keepalive of a call ended, in one sentence. */
export function toReasonText(reason: RecordedEndReason): string {
  return REASONS[reason];
}

const REASONS: Readonly<Record<RecordedEndReason, string>> = {
  terminated: 'Graph reported that the call has ended.',
  notFound: 'Graph answered keepAlive with 404: the call is over, though no notification said so.',
  stopped: 'An operator stopped the keepalive; the call itself was not hung up.',
  alone: 'The bot was the only one left in the call for as long as it may be, so this app hung up.',
  expired: 'The keepalive was given up: no keepAlive has succeeded for a day, or the call reached its age limit.',
};

/**
 * What Graph's resultInfo means, in one sentence.
 *
 * Shape: resultInfo → sentence; codes that nobody explains keep their numbers; undefined without a code.  Errors: none.
 * Source: the table "Call end reason codes" of https://learn.microsoft.com/graph/api/call-delete; codes of failed
 * transfers from call-transfer; the platform failures from issues of microsoft-graph-comms-samples (632, 725, 742, 750).
 */
export function toResultText({ code, subcode }: ResultInfo): string | undefined {
  if (code === undefined) return undefined;
  const known = KNOWN.get(`${code}/${subcode}`) ?? (code === 480 ? 'The callee could not be reached.' : undefined);
  if (known !== undefined) return known;
  const numbers = subcode === undefined ? `code ${code}` : `code ${code}, subcode ${subcode}`;
  return code === 200 || code === 0
    ? `The call ended normally (${numbers}).`
    : `The call ended with an error (${numbers}).`;
}

const ENDED_BY_OTHER = 'The other participant ended the call.';
const ENDED = 'The conversation ended.';
const REMOVED = 'Another participant removed the bot from the conversation.';
const ENDED_BY_BOT = 'The bot ended the conversation.';
const TRANSFERRED = 'The call ended because its transfer succeeded.';
const TRANSFER_FAILED = 'The transfer of the call failed.';
const PLATFORM = 'The calling platform failed.';

const KNOWN: ReadonlyMap<string, string> = new Map([
  ['0/7015', TRANSFERRED],
  ['200/4097', ENDED_BY_OTHER],
  ['200/4521', ENDED_BY_OTHER],
  ['200/5000', REMOVED],
  ['200/5001', ENDED],
  ['200/5002', 'All other participants left.'],
  ['200/5003', ENDED],
  ['200/5007', 'The participant who started the group call left.'],
  ['200/5010', 'Only one participant remained; keepAlive does not hold such a call.'],
  ['200/5012', 'Nobody was on the roster; keepAlive does not hold such a call.'],
  ['200/5013', 'Nobody else joined the group call; keepAlive does not hold such a call.'],
  ['200/5014', 'No host could be found for the group call.'],
  ['200/5020', 'Only hidden participants were on the roster; keepAlive does not hold such a call.'],
  ['200/5030', 'The time of the breakout room was over.'],
  ['200/5300', REMOVED],
  ['200/5855', 'The bot waited in the lobby for too long.'],
  ['200/7000', ENDED_BY_BOT],
  ['200/7015', TRANSFERRED],
  ['200/10550', ENDED_BY_BOT],
  ['200/18503', 'The other participant left the call.'],
  ['200/540000', 'The caller on the phone network ended the call.'],
  ['200/560000', 'The caller on the phone network ended the call.'],
  ['408/1106', 'The acceptance of the call was not acknowledged in time.'],
  ['408/8537', 'keepAlive was missed: Graph ended the call for want of a sign of life.'],
  ['408/10057', "The callee's devices did not answer in time."],
  ['410/301005', 'The media connection failed.'],
  ['480/10037', 'The callee has no device signed in.'],
  ['480/10076', 'The callee could not be reached.'],
  ['480/10134', 'The call was rejected: there was no route to the callee.'],
  ['480/10199', 'The call was rejected: private calling is disabled for the callee.'],
  ['500/1005', "Graph could not connect to the bot's media."],
  ['500/1999', PLATFORM],
  ['500/3002', PLATFORM],
  ['500/3003', PLATFORM],
  ['500/7000', TRANSFER_FAILED],
  ['500/7117', PLATFORM],
  ['500/7700', TRANSFER_FAILED],
  ['500/9999', 'The media of the call failed.'],
]);
