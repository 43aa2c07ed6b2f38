import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { BotRelay } from '../adapters/bot-relay.ts';
import type { CallbackTokenResult, CallbackTokenVerifier } from '../adapters/callback-token.ts';
import type { Clock } from '../adapters/clock.ts';
import { applyCommands, type NotificationOrigin } from '../calls/apply-commands.ts';
import { applyRosters, type CallRoster } from '../calls/apply-rosters.ts';
import type { CallEffects } from '../calls/call-effects.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import type { EventLog, NotificationIds } from '../core/events/app-event.ts';
import type { ResourceOwner } from '../core/notifications/call-resource.ts';
import { type CallCommand, toCommands } from '../core/notifications/notification-commands.ts';
import { parseJsonBytes, refuseRequest } from '../core/notifications/notification-request.ts';
import { MOST_ENTRIES, type NotificationEntry, parseNotifications } from '../core/notifications/parse-notifications.ts';
import { createRefusalLines, type RefusalLines } from '../core/notifications/refusal-lines.ts';
import { toRelayBatch } from '../core/relay/relay-policy.ts';
import { isRelayLoop } from '../core/relay/relay-request.ts';
import type { AloneRule } from '../core/roster/see-roster.ts';
import { type OwnAnswer, relayNotification } from './relay-notification.ts';

export interface ReceiveNotificationsDependencies {
  readonly tokens: CallbackTokenVerifier;
  readonly owner: ResourceOwner;
  readonly clock: Clock;
  readonly logOf: (context: InvocationContext) => EventLog;
  /** The effects of this invocation, with its durable client: for those whose token is good. */
  readonly effectsOf: (context: InvocationContext) => CallEffects;
  /** Absent: who is in a call is of no account. */
  readonly alone?: AloneRule | undefined;
  /** Told how many entries of a body spoke of calls whose ids have a form that is not known: nobody keeps those alive. */
  readonly noteUnknownIds?: (entries: number) => void;
  /** Absent: the bot has another way to hear of its calls. */
  readonly relay?: BotRelay | undefined;
}

const RETRY_AFTER_SECONDS = '5';
const LONGEST_HEADER = 128;
/** Of one request. */
const MOST_REJECTED_TOLD = 20;

/**
 * The bot's `callbackUri`: takes Graph's call notifications, and answers only when their effect is durable. With a
 * relay the bot gets them too, at the same time, and its answer goes back to Graph (see relay-notification).
 *
 * Shape: POST of commsNotifications with Graph's bearer token → 202 | 204 (legacy format) | 400 | 401 | 413 | 415 | 503;
 * with a relay also whatever the bot answers | 502 | 504 | 508 the relay leads back here.
 * Effects: those of the commands in the body (see apply-commands); those that are neither start nor end are not waited
 * for when the bot has answered.
 * Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
 */
export function receiveNotifications(dependencies: ReceiveNotificationsDependencies) {
  const { tokens, owner, clock, logOf, effectsOf, noteUnknownIds, alone, relay } = dependencies;
  const refusalLines = createRefusalLines();
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const ids = idsOf(request);
    const log = withIds(logOf(context), ids);
    tellUntold(refusalLines, log, clock.nowMs());
    const verified = await tokens.verify(request.headers.get('authorization') ?? undefined);
    if (verified.kind !== 'accepted') return refusedToken(refusalLines, log, clock.nowMs(), verified);
    const body = await readBody(request);
    if ('problem' in body) return refused(log, body.status, body.problem);
    const parsed = parseNotifications(body.value, owner);
    if (parsed.kind === 'invalid') {
      return refused(log, 400, 'The body has no array "value" of notifications.');
    }
    if (parsed.kind === 'tooManyEntries') {
      return refused(log, 413, `The body holds more than ${MOST_ENTRIES} notifications; send it in parts.`);
    }
    if (relay !== undefined && isRelayLoop(request.headers.get('via'))) {
      return refused(log, 508, 'BOT_NOTIFICATION_URL leads back to this app: name the endpoint of the bot.');
    }
    const entries = parsed.kind === 'legacyFormat' ? [] : parsed.entries;
    const commands = toAllCommands(log, entries);
    const unknownIds = entries.filter(isOfUnknownId).length;
    if (unknownIds > 0) {
      log({ event: 'notification.unknownIds', level: 'error', entries: unknownIds });
      noteUnknownIds?.(unknownIds);
    }
    const effects = { ...effectsOf(context), log };
    const applied = applyCommands(effects, originOf(ids, owner.botAppId, verified.tenantId), commands);
    const rosters = alone === undefined ? [] : entries.flatMap(toRoster);
    const areSeen = applied.then(() => alone === undefined || applyRosters(effects, rosters, alone));
    const accepted = answer(ids, parsed.kind === 'legacyFormat' ? 204 : 202);
    const notDurable = answer(ids, 503);
    if (relay === undefined) return (await applied).length === 0 && (await areSeen) ? accepted : notDurable;
    const notification = {
      request,
      bytes: body.bytes,
      batch: toRelayBatch(body.value),
      own: commands.some(isStartOrEnd) ? applied.then(toOwnEffect) : undefined,
    };
    return relayNotification(relay, log, notification, { accepted, notDurable });
  };
}

async function readBody(request: HttpRequest) {
  const headers = {
    contentType: request.headers.get('content-type'),
    contentLength: request.headers.get('content-length'),
    transferEncoding: request.headers.get('transfer-encoding'),
  };
  const refusedEarly = refuseRequest(headers);
  if (refusedEarly !== undefined) return refusedEarly;
  const bytes = new Uint8Array(await request.arrayBuffer());
  const refusedBytes = refuseRequest(headers, bytes);
  if (refusedBytes !== undefined) return refusedBytes;
  const parsed = parseJsonBytes(bytes);
  if (parsed === undefined) return { status: 400 as const, problem: 'The body is not JSON in UTF-8.' };
  return { bytes, value: parsed.value };
}

function toAllCommands(log: EventLog, entries: readonly NotificationEntry[]): readonly CallCommand[] {
  const facts = { event: 'notification.rejected', level: 'warning', status: 202 } as const;
  const commands: CallCommand[] = [];
  let rejected = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'rejected') commands.push(...toCommands(entry));
    else if (++rejected <= MOST_REJECTED_TOLD) log({ ...facts, index, reason: entry.reason });
  }
  const untold = rejected - MOST_REJECTED_TOLD;
  if (untold > 0) log({ ...facts, reason: 'moreEntries', entries: untold });
  return commands;
}

function isOfUnknownId(entry: NotificationEntry): boolean {
  return entry.kind === 'rejected' && entry.reason === 'unknownIdForm';
}

/** Ids only: anything else is neither echoed nor remembered. */
function idsOf({ headers }: HttpRequest): NotificationIds {
  const boundedHeader = (name: string) => {
    const value = headers.get(name);
    return value !== null && value.length <= LONGEST_HEADER && /^[\w.:-]+$/.test(value) ? value : undefined;
  };
  return { scenarioId: boundedHeader('scenario-id'), messageId: boundedHeader('x-microsoft-skype-message-id') };
}

/** Whatever is told while a notification is handled can be found by its ids. */
function withIds(log: EventLog, ids: NotificationIds): EventLog {
  const known = withoutAbsent(ids);
  return (event) => log({ ...event, ...known });
}

function originOf({ scenarioId }: NotificationIds, appId: string, tenantId: string): NotificationOrigin {
  return { appId, tenantId, ...(scenarioId === undefined ? {} : { scenarioId }) };
}

function toRoster(entry: NotificationEntry): readonly CallRoster[] {
  const roster = entry.kind === 'other' ? entry.roster() : undefined;
  return entry.kind === 'rejected' || roster === undefined ? [] : [{ callId: entry.callId, roster }];
}

function isStartOrEnd({ kind }: CallCommand): boolean {
  return kind === 'start' || kind === 'end';
}

function toOwnEffect(failed: readonly CallCommand[]): 'durable' | 'notDurable' {
  return failed.some(isStartOrEnd) ? 'notDurable' : 'durable';
}

/** The headers are those with which Graph's own SDK answers. Source: microsoft-graph-comms-samples issue 91. */
function answer({ scenarioId, messageId }: NotificationIds, status: 202 | 204 | 503): OwnAnswer {
  return {
    status,
    headers: {
      ...(messageId === undefined ? {} : { 'Client-Request-Id': messageId }),
      ...(scenarioId === undefined ? {} : { 'Scenario-Id': scenarioId }),
      ...(status === 503 ? { 'Retry-After': RETRY_AFTER_SECONDS } : {}),
    },
  };
}

function tellUntold(lines: RefusalLines, log: EventLog, nowMs: number): void {
  const untold = lines.takeUntold(nowMs);
  if (untold === undefined) return;
  log({ event: 'notification.rejected', level: 'warning', status: 401, reason: 'moreRequests', ...untold });
}

/** Anybody can send such a request: it must not write as many lines as it likes. */
function refusedToken(
  lines: RefusalLines,
  log: EventLog,
  nowMs: number,
  verified: Exclude<CallbackTokenResult, { kind: 'accepted' }>,
): HttpResponseInit {
  const { kind, reason } = verified;
  const mayTell = lines.mayTell(kind === 'unavailable' ? kind : reason, nowMs);
  if (kind === 'unavailable') {
    const headers = { 'Retry-After': String(verified.retryAfterSeconds) };
    if (reason === 'unknownKey') {
      // Any stranger can bring this about: no error of ours.
      if (mayTell) log({ event: 'notification.rejected', level: 'warning', status: 503, reason });
      return { status: 503, headers };
    }
    if (mayTell) log({ event: 'notification.failed', level: 'error', problem: reason });
    return { status: 503, headers };
  }
  if (mayTell) log({ event: 'notification.rejected', level: 'warning', status: 401, reason });
  return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
}

function refused(log: EventLog, status: number, problem: string): HttpResponseInit {
  log({ event: 'notification.rejected', level: 'warning', status, reason: problem });
  return { status, jsonBody: { error: problem } };
}
