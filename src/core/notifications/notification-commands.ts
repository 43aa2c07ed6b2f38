import { type CallFacts, mergeFacts } from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import { type CallEnded, saysKeepAliveMissed } from '../keepalive/keepalive-state.ts';
import type { CallData, NotificationEntry } from './parse-notifications.ts';

/** What a notification asks for. `start`: see to it that the call is kept alive. `observe`: remember it was seen. */
export type CallCommand =
  | {
      readonly kind: 'start' | 'observe';
      readonly callId: CallId;
      readonly graphCallId: string;
      readonly facts: CallFacts;
    }
  | {
      readonly kind: 'end';
      readonly callId: CallId;
      readonly graphCallId: string;
      readonly facts: CallFacts;
      readonly ended: CallEnded;
    }
  | { readonly kind: 'ignore'; readonly callId: CallId };

/** Source: the callState values of https://learn.microsoft.com/graph/api/resources/call; all else only tells that the call is there. */
const LIVE_STATES: ReadonlySet<string> = new Set(['established', 'hold', 'transferring']);

/**
 * Decides what one entry asks for. The state wins over `changeType`; a state nobody knows yet is only observed.
 *
 * Shape: entry (not rejected) → its commands in order.  Errors: none.
 */
export function toCommands(entry: Exclude<NotificationEntry, { kind: 'rejected' }>): readonly CallCommand[] {
  if (entry.kind === 'other') return [{ kind: 'ignore', callId: entry.callId }];
  const items: readonly CallData[] = entry.items.length === 0 ? [{ facts: {} }] : entry.items;
  return items.map((item) => toCommand(entry, item));
}

const LIGHTEST_END = 3;

/** A command that has an effect. */
export type EffectiveCommand = Exclude<CallCommand, { kind: 'ignore' }>;

/**
 * Folds the commands of one call, in their order, into the few that come to the same: each is heavier than the one
 * before, and what weighs no more adds its facts to the last, while the call lives. Of a start, once, it is told although
 * the end came first: it says that the call was established.
 */
export function foldCommands(commands: readonly CallCommand[]): readonly EffectiveCommand[] {
  const folded: EffectiveCommand[] = [];
  let heaviest = 0;
  for (const command of commands) {
    if (command.kind === 'ignore') continue;
    const weight = weigh(command);
    const last = folded.at(-1);
    if (weight > heaviest || (isStart(command) && !folded.some(isStart))) folded.push(command);
    else if (last !== undefined && heaviest < LIGHTEST_END) {
      folded[folded.length - 1] = { ...last, facts: mergeFacts(last.facts, command.facts) };
    }
    heaviest = Math.max(heaviest, weight);
  }
  return folded;
}

function isStart({ kind }: EffectiveCommand): boolean {
  return kind === 'start';
}

/** Of ends, one with a result tells what one without cannot, and one that raises the alarm tells most. */
function weigh(command: EffectiveCommand): number {
  if (command.kind !== 'end') return isStart(command) ? 2 : 1;
  const { resultInfo } = command.ended;
  if (resultInfo === undefined) return LIGHTEST_END;
  return saysKeepAliveMissed(resultInfo) ? 5 : 4;
}

function toCommand(entry: Extract<NotificationEntry, { kind: 'call' }>, item: CallData): CallCommand {
  const { callId, graphCallId } = entry;
  const { facts } = item;
  const state = item.state?.toLowerCase();
  if (state === 'terminated' || (state === undefined && entry.deleted)) {
    return { kind: 'end', callId, graphCallId, facts, ended: toCallEnded(item) };
  }
  if (state === undefined) return { kind: 'ignore', callId };
  return { kind: LIVE_STATES.has(state) ? 'start' : 'observe', callId, graphCallId, facts };
}

function toCallEnded(item: CallData): CallEnded {
  return {
    reason: 'terminated',
    ...(item.resultInfo === undefined ? {} : { resultInfo: item.resultInfo }),
    ...(item.terminationReason === undefined ? {} : { terminationReason: item.terminationReason }),
  };
}
