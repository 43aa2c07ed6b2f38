import { parseResultInfo } from '../core/call-record/call-facts.ts';
import type { CallEnded } from '../core/keepalive/keepalive-state.ts';

/** How a call has ended, as the one who stops it knows. */
export type ParsedCallEnd =
  | { readonly kind: 'end'; readonly ended: CallEnded }
  | { readonly kind: 'refused'; readonly problem: string };

const LONGEST_REASON = 256;

/**
 * Reads the query of `DELETE /api/calls/{callId}`: nothing, or what Graph told the bot of the end. `code` is no name
 * here: it carries the function key.
 *
 * Shape: `reason` (`stopped`, the default, or `terminated`), and with `terminated` also `resultCode` with
 * `resultSubcode`, and `terminationReason` → the end | what is wrong.  Errors: none.
 */
export function parseCallEnd(query: URLSearchParams): ParsedCallEnd {
  const reason = query.get('reason') ?? 'stopped';
  if (reason !== 'stopped' && reason !== 'terminated') return refused('reason is stopped or terminated.');
  const result = { code: query.get('resultCode') ?? undefined, subcode: query.get('resultSubcode') ?? undefined };
  const terminationReason = query.get('terminationReason') ?? undefined;
  const given = [result.code, result.subcode, terminationReason].filter((value) => value !== undefined);
  if (reason === 'stopped') {
    if (given.length === 0) return { kind: 'end', ended: { reason } };
    return refused('resultCode, resultSubcode and terminationReason go with reason=terminated.');
  }
  const resultInfo = parseResultInfo(result);
  const isRead = Object.entries(result).every(([name, text]) => (text === undefined) === !(name in (resultInfo ?? {})));
  if (!isRead) return refused('resultCode and resultSubcode are whole numbers.');
  if (terminationReason !== undefined && terminationReason.length > LONGEST_REASON) {
    return refused(`terminationReason is longer than ${LONGEST_REASON} characters.`);
  }
  const ended = {
    reason,
    ...(resultInfo === undefined ? {} : { resultInfo }),
    ...(terminationReason ? { terminationReason } : {}),
  } as const;
  return { kind: 'end', ended };
}

function refused(problem: string): ParsedCallEnd {
  return { kind: 'refused', problem };
}
