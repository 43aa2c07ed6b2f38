import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallbackTokenVerifier } from '../adapters/callback-token.ts';
import { applyCommands, type NotificationOrigin } from '../calls/apply-commands.ts';
import type { CallEffects } from '../calls/call-effects.ts';
import type { EventLog } from '../core/app-event.ts';
import type { ResourceOwner } from '../core/call-resource.ts';
import { toCommands } from '../core/notification-commands.ts';
import { parseJsonBytes, refuseRequest } from '../core/notification-request.ts';
import { type NotificationEntry, parseNotifications } from '../core/parse-notifications.ts';

export interface ReceiveNotificationsDependencies {
  readonly tokens: CallbackTokenVerifier;
  readonly owner: ResourceOwner;
  /** The effects of this invocation: its durable client, its log. */
  readonly effectsOf: (context: InvocationContext) => CallEffects;
}

const RETRY_AFTER_SECONDS = '5';
const LONGEST_HEADER = 128;

/**
 * The bot's `callbackUri`: takes Graph's call notifications, and answers only when their effect is durable.
 *
 * Shape: POST of commsNotifications with Graph's bearer token → 202 | 204 (legacy format) | 400 | 401 | 413 | 415 | 503.
 * Effects: those of the commands in the body (see apply-commands).
 * Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
 */
export function receiveNotifications({ tokens, owner, effectsOf }: ReceiveNotificationsDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const effects = effectsOf(context);
    const verified = await tokens.verify(request.headers.get('authorization') ?? undefined);
    if (verified.kind === 'unavailable') {
      effects.log({ event: 'notification.failed', level: 'error', problem: verified.reason });
      return { status: 503, headers: { 'Retry-After': String(verified.retryAfterSeconds) } };
    }
    if (verified.kind === 'rejected') {
      effects.log({ event: 'notification.rejected', level: 'warning', status: 401, reason: verified.reason });
      return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
    }
    const body = await readBody(request);
    if ('problem' in body) return refused(effects.log, body.status, body.problem);
    const parsed = parseNotifications(body.value, owner);
    switch (parsed.kind) {
      case 'invalid':
        return refused(effects.log, 400, 'The body has no array "value" of notifications.');
      case 'legacyFormat':
        return { status: 204 };
      case 'notifications': {
        const scenarioId = boundedHeader(request, 'scenario-id');
        const origin = {
          appId: owner.botAppId,
          tenantId: verified.tenantId,
          ...(scenarioId === undefined ? {} : { scenarioId }),
        };
        return answer(request, await takeIn(effects, origin, parsed.entries));
      }
    }
  };
}

async function readBody(request: HttpRequest) {
  const contentType = request.headers.get('content-type');
  const contentLength = request.headers.get('content-length');
  const refusedEarly = refuseRequest(contentLength, contentType);
  if (refusedEarly !== undefined) return refusedEarly;
  const bytes = new Uint8Array(await request.arrayBuffer());
  const refusedBytes = refuseRequest(contentLength, contentType, bytes.byteLength);
  if (refusedBytes !== undefined) return refusedBytes;
  return parseJsonBytes(bytes) ?? { status: 400 as const, problem: 'The body is not JSON in UTF-8.' };
}

/** True when everything the notification asks for is durable. */
async function takeIn(
  effects: CallEffects,
  origin: NotificationOrigin,
  entries: readonly NotificationEntry[],
): Promise<boolean> {
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'rejected') continue;
    effects.log({ event: 'notification.rejected', level: 'warning', status: 202, reason: entry.reason, index });
  }
  const commands = entries.flatMap((entry) => (entry.kind === 'rejected' ? [] : toCommands(entry)));
  const failed = await applyCommands(effects, origin, commands);
  return failed.length === 0;
}

/** The headers are those with which Graph's own SDK answers. Source: microsoft-graph-comms-samples issue 91. */
function answer(request: HttpRequest, isDurable: boolean): HttpResponseInit {
  const messageId = boundedHeader(request, 'x-microsoft-skype-message-id');
  const scenarioId = boundedHeader(request, 'scenario-id');
  return {
    status: isDurable ? 202 : 503,
    headers: {
      ...(messageId === undefined ? {} : { 'Client-Request-Id': messageId }),
      ...(scenarioId === undefined ? {} : { 'Scenario-Id': scenarioId }),
      ...(isDurable ? {} : { 'Retry-After': RETRY_AFTER_SECONDS }),
    },
  };
}

function refused(log: EventLog, status: number, problem: string): HttpResponseInit {
  log({ event: 'notification.rejected', level: 'warning', status, reason: problem });
  return { status, jsonBody: { error: problem } };
}

/** Ids only: anything else is not echoed and not remembered. */
function boundedHeader(request: HttpRequest, name: string): string | undefined {
  const value = request.headers.get(name);
  return value !== null && value.length <= LONGEST_HEADER && /^[\w.:-]+$/.test(value) ? value : undefined;
}
