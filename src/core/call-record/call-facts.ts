import type { ResultInfo } from '../keepalive/keepalive-state.ts';
import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';

/**
 * What is remembered of a call besides its life: what a bot needs to rejoin it or to make sense of it later.
 * Never in here: `tokenMeetingInfo.token`, `replacesContext`, recording tokens, tone data.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/call ("record these values in a highly available store").
 */
export interface CallFacts {
  /** Whose token came with the notifications, or as an operator said. */
  readonly tenantId?: string;
  /** Another one, which the call's own data name, or an operator later. */
  readonly namedTenantId?: string;
  readonly direction?: string;
  readonly callChainId?: string;
  readonly scenarioId?: string;
  readonly chatInfo?: PlainObject;
  readonly meetingInfo?: PlainObject;
  readonly requestedModalities?: readonly string[];
  readonly mediaConfigKind?: string;
  readonly callbackUri?: string;
  readonly subject?: string;
  readonly sourceId?: string;
  readonly targetIds?: readonly string[];
}

const LONGEST_TEXT = 1_024;
const LONGEST_LIST = 20;
const LONGEST_KIND = 64;

/** Picks the known, storable facts out of a call's data. Unknown, oversized or misshapen ones are left out. */
export function parseCallFacts(data: PlainObject): CallFacts {
  return withoutAbsent({
    tenantId: ownText(data, 'tenantId', LONGEST_TEXT),
    direction: ownText(data, 'direction', LONGEST_TEXT),
    callChainId: ownText(data, 'callChainId', LONGEST_TEXT),
    callbackUri: withoutSecrets(ownText(data, 'callbackUri', LONGEST_TEXT)),
    subject: ownText(data, 'subject', LONGEST_TEXT),
    chatInfo: parseChatInfo(ownProperty(data, 'chatInfo')),
    meetingInfo: parseMeetingInfo(ownProperty(data, 'meetingInfo')),
    requestedModalities: parseTexts(ownProperty(data, 'requestedModalities')),
    mediaConfigKind: odataType(ownProperty(data, 'mediaConfig')),
    sourceId: identityId(ownProperty(data, 'source')),
    targetIds: parseTargets(ownProperty(data, 'targets')),
  });
}

/** The facts of `known` plus those of `seen` that it lacks. */
export function mergeFacts(known: CallFacts, seen: CallFacts): CallFacts {
  return { ...seen, ...known };
}

/** True when `seen` brings a fact that `known` lacks. */
export function bringsNewFacts(known: CallFacts, seen: CallFacts): boolean {
  return Object.keys(seen).some((name) => !Object.hasOwn(known, name));
}

/** Numbers may come as strings, and `subcode` as `subCode` (call-delete and call-transfer show both). */
export function parseResultInfo(value: unknown): ResultInfo | undefined {
  if (!isPlainObject(value)) return undefined;
  const result = withoutAbsent({
    code: parseInt32(ownProperty(value, 'code')),
    subcode: parseInt32(ownProperty(value, 'subcode') ?? ownProperty(value, 'subCode')),
    message: ownText(value, 'message', LONGEST_TEXT),
  });
  return Object.keys(result).length === 0 ? undefined : result;
}

/** Source: https://learn.microsoft.com/graph/api/resources/chatinfo */
export function parseChatInfo(value: unknown): PlainObject | undefined {
  return isPlainObject(value)
    ? nonEmpty({
        threadId: ownText(value, 'threadId', LONGEST_TEXT),
        messageId: ownText(value, 'messageId', LONGEST_TEXT),
        replyChainMessageId: ownText(value, 'replyChainMessageId', LONGEST_TEXT),
      })
    : undefined;
}

/** Source: https://learn.microsoft.com/graph/api/resources/organizermeetinginfo and joinmeetingidmeetinginfo */
export function parseMeetingInfo(value: unknown): PlainObject | undefined {
  if (!isPlainObject(value)) return undefined;
  const organizer = ownProperty(value, 'organizer');
  const user = isPlainObject(organizer) ? ownProperty(organizer, 'user') : undefined;
  const organizerUser = isPlainObject(user)
    ? nonEmpty({ id: ownText(user, 'id', LONGEST_TEXT), tenantId: ownText(user, 'tenantId', LONGEST_TEXT) })
    : undefined;
  const allowConversationWithoutHost = ownProperty(value, 'allowConversationWithoutHost');
  return nonEmpty({
    '@odata.type': odataType(value),
    organizer: organizerUser === undefined ? undefined : { user: organizerUser },
    joinMeetingId: ownText(value, 'joinMeetingId', LONGEST_TEXT),
    passcode: ownText(value, 'passcode', LONGEST_TEXT),
    allowConversationWithoutHost:
      typeof allowConversationWithoutHost === 'boolean' ? allowConversationWithoutHost : undefined,
  });
}

/**
 * The address alone: a callback URI may carry a secret as user info, in its query (a function key is `?code=…`), its
 * fragment or the parameters of its path. Undefined when it is no URI of HTTP.
 */
export function withoutSecrets(uri: string | undefined): string | undefined {
  if (uri === undefined || !URL.canParse(uri)) return undefined;
  const { protocol, host, pathname } = new URL(uri);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  // Without its parameters a segment may be a dot segment, which URLs resolve away.
  return new URL(`${protocol}//${host}${pathname.replace(/(?:;|%3b)[^/]*/gi, '')}`).href;
}

function parseTargets(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ids = value.slice(0, LONGEST_LIST).flatMap((target) => identityId(target) ?? []);
  return ids.length === 0 ? undefined : ids;
}

/** The id of the first identity (user, application, phone, guest…) of a participantInfo. */
function identityId(participant: unknown): string | undefined {
  const identity = isPlainObject(participant) ? ownProperty(participant, 'identity') : undefined;
  if (!isPlainObject(identity)) return undefined;
  for (const kind of Object.keys(identity).filter((name) => name.length <= LONGEST_KIND)) {
    const candidate = identity[kind];
    const id = isPlainObject(candidate) ? ownText(candidate, 'id', LONGEST_TEXT) : undefined;
    if (id !== undefined) return `${kind}:${id}`;
  }
  return undefined;
}

function odataType(value: unknown): string | undefined {
  return isPlainObject(value) ? ownText(value, '@odata.type', LONGEST_TEXT) : undefined;
}

function parseTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value
    .slice(0, LONGEST_LIST)
    .filter((item): item is string => typeof item === 'string' && item.length <= LONGEST_TEXT);
}

function parseInt32(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

function nonEmpty(object: Readonly<Record<string, unknown>>): PlainObject | undefined {
  const present = withoutAbsent(object);
  return Object.keys(present).length === 0 ? undefined : present;
}

type WithoutAbsent<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the members that are undefined, so that JSON and merging see only what is there. */
export function withoutAbsent<T extends object>(object: T): WithoutAbsent<T> {
  const present = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as WithoutAbsent<T>;
}
