import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';
import { isPolicyRecording } from './policy-recording.ts';

/** What became of a relayed request. Texts are short codes, safe to log. */
export type RelayAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: Uint8Array;
      readonly contentType?: string;
      /** Absolute, whatever the bot wrote. */
      readonly location?: string;
      readonly retryAfter?: string;
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable'; readonly detail: string };

/** What in a batch matters to the relay. */
export interface RelayBatch {
  /** Nobody but the bot can answer it: an incoming call, or a participant who is about to join. */
  readonly needsBot: boolean;
  /** Graph waits for the answer of a recording bot 5 s only, for others 15 s. Source: https://learn.microsoft.com/graph/api/call-answer */
  readonly isPolicyRecording: boolean;
}

/** What Graph gets back. */
export type AnswerToGraph =
  | { readonly kind: 'accepted' }
  /** Ours could not be made durable: Graph shall send it again. */
  | { readonly kind: 'notDurable' }
  | { readonly kind: 'fromBot'; readonly answer: Extract<RelayAnswer, { kind: 'answered' }> }
  | { readonly kind: 'botFailed'; readonly status: 502 | 504 };

/** How our own part of the batch ended; `none`: the batch holds no start and no end. */
export type OwnEffect = 'durable' | 'notDurable' | 'none';

/**
 * Decides what Graph gets back. The bot's own word counts, unless our part must be repeated; a bot that fails costs
 * an update nothing, but an incoming call must not look answered.
 *
 * Shape: own effect, the bot's answer, the batch → the answer to Graph.  Errors: none.
 */
export function toAnswerToGraph(own: OwnEffect, bot: RelayAnswer, batch: RelayBatch): AnswerToGraph {
  if (own === 'notDurable') return { kind: 'notDurable' };
  if (bot.kind === 'answered') return { kind: 'fromBot', answer: bot };
  if (!batch.needsBot) return { kind: 'accepted' };
  return { kind: 'botFailed', status: bot.kind === 'timeout' ? 504 : 502 };
}

/**
 * Reads off a parsed body what matters to the relay. Looks at every entry, also at those that mean nothing to us.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/participantjoiningnotification
 */
export function toRelayBatch(body: unknown): RelayBatch {
  const items = notifiedItems(body);
  const isJoining = items.some((item) => isType(item, 'participantJoiningNotification'));
  const incoming = items.filter((item) => ownText(item, 'state', 64)?.toLowerCase() === 'incoming');
  return {
    needsBot: isJoining || incoming.length > 0,
    isPolicyRecording: isJoining || incoming.some(isPolicyRecording),
  };
}

function notifiedItems(body: unknown): readonly PlainObject[] {
  const value = isPlainObject(body) ? ownProperty(body, 'value') : undefined;
  if (!Array.isArray(value)) return [];
  return value
    .filter(isPlainObject)
    .flatMap((entry) => ownProperty(entry, 'resourceData'))
    .filter(isPlainObject);
}

function isType(item: PlainObject, name: string): boolean {
  const type = ownText(item, '@odata.type', 256)?.toLowerCase().replace(/^#/, '');
  return type === `microsoft.graph.${name}`.toLowerCase();
}
