import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { BotRelay } from '../adapters/bot-relay.ts';
import type { EventLog } from '../core/events/app-event.ts';
import { type OwnEffect, type RelayAnswer, type RelayBatch, toAnswerToGraph } from '../core/relay/relay-policy.ts';

/** A verified notification on its way to the bot. */
export interface RelayedNotification {
  readonly request: HttpRequest;
  readonly bytes: Uint8Array;
  readonly batch: RelayBatch;
  /** Our own part, under way already; undefined when the batch holds no start and no end. */
  readonly own: Promise<'durable' | 'notDurable'> | undefined;
}

/** What the receiver says when the bot's word does not count. */
export interface OwnAnswers {
  readonly accepted: OwnAnswer;
  readonly notDurable: OwnAnswer;
}

export interface OwnAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends a notification on to the bot, and gives Graph the bot's answer. Waits for our own part only when it is a start
 * or an end.
 *
 * Shape: → the bot's status, body, Content-Type, Location, Retry-After | an own answer | 502, 504 the bot failed where
 * only its word counts.  Errors: none.  Effects: one POST to the bot, one event when it fails.
 */
export async function relayNotification(
  relay: BotRelay,
  log: EventLog,
  notification: RelayedNotification,
  answers: OwnAnswers,
): Promise<HttpResponseInit> {
  const { request, bytes, batch, own } = notification;
  const { isPolicyRecording } = batch;
  const sent = relay.send({ body: bytes, headers: request.headers, query: request.query, isPolicyRecording });
  const [bot, effect] = await Promise.all([sent, own ?? noEffect]);
  logFailure(log, bot, batch);
  const answer = toAnswerToGraph(effect, bot, batch);
  switch (answer.kind) {
    case 'accepted':
      return answers.accepted;
    case 'notDurable':
      return answers.notDurable;
    case 'botFailed':
      return { status: answer.status, headers: answers.accepted.headers };
    case 'fromBot':
      return fromBot(answer.answer, answers.accepted);
  }
}

const noEffect: Promise<OwnEffect> = Promise.resolve('none');

function fromBot(
  { status, body, contentType, location, retryAfter }: Extract<RelayAnswer, { kind: 'answered' }>,
  { headers }: OwnAnswer,
): HttpResponseInit {
  return {
    status,
    body,
    headers: {
      ...headers,
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      ...(location === undefined ? {} : { Location: location }),
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    },
  };
}

/** A bot that refuses has failed too, as far as its operator is concerned. */
function logFailure(log: EventLog, bot: RelayAnswer, { needsBot, isPolicyRecording }: RelayBatch): void {
  const facts = { event: 'relay.failed', needsBot, isPolicyRecording } as const;
  if (bot.kind !== 'answered') {
    const detail = bot.kind === 'unreachable' ? bot.detail : undefined;
    log({ ...facts, level: 'error', outcome: bot.kind, detail });
  } else if (bot.status >= 400) {
    log({ ...facts, level: 'warning', outcome: 'refused', status: bot.status });
  }
}
