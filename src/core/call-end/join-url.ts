import { withoutAbsent } from '../call-record/call-facts.ts';
import { isGuid } from '../values/is-guid.ts';
import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';
import { parseShortJoinUrl, toShortJoinUrl } from './short-join-url.ts';

/** What Create call needs to join a scheduled meeting. */
export interface JoinTarget {
  /** Absent for a meeting that is joined by its id. */
  readonly chatInfo?: PlainObject;
  readonly meetingInfo: PlainObject;
}

/** Where Teams lives in each Graph cloud. */
export const TEAMS_HOSTS = {
  global: 'teams.microsoft.com',
  usgov: 'gov.teams.microsoft.us',
  usgovdod: 'dod.teams.microsoft.us',
} as const;

export type TeamsHost = (typeof TEAMS_HOSTS)[keyof typeof TEAMS_HOSTS];

const KNOWN_HOSTS: ReadonlySet<string> = new Set(Object.values(TEAMS_HOSTS));
const LONGEST_URL = 2_048;
const LONGEST_THREAD_ID = 512;
const JOIN_PATH = /^\/l\/meetup-join\/([^/]+)\/([^/]+)\/?$/;
/** Never a dot segment, which URLs resolve away. */
const THREAD_ID = /^\d{1,3}:[\w.:@=+~-]+$/;
const MESSAGE_ID = /^\d{1,20}$/;

/**
 * Reads a meeting's join URL. It is taken apart, never fetched.
 *
 * Shape: `https://teams.microsoft.com/l/meetup-join/{threadId}/{messageId}?context={"Tid","Oid"}`, percent-encoded or
 * not, `MessageId` in the context being the replyChainMessageId of a channel meeting → chatInfo and meetingInfo |
 * undefined when it is anything else. A short link, `/meet/{joinMeetingId}?p={passcode}`, holds no chat.  Errors: none.
 * Source: https://learn.microsoft.com/graph/api/resources/call
 */
export function parseJoinUrl(text: string): JoinTarget | undefined {
  if (text.length > LONGEST_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, host, pathname, searchParams, username, password } = url;
  if (protocol !== 'https:' || !KNOWN_HOSTS.has(host) || username !== '' || password !== '') return undefined;
  const shortMeetingInfo = parseShortJoinUrl(url);
  if (shortMeetingInfo !== undefined) return { meetingInfo: shortMeetingInfo };
  const [, thread = '', message = ''] = JOIN_PATH.exec(pathname) ?? [];
  const context = parseContext(searchParams.get('context') ?? '');
  if (context === undefined) return undefined;
  return toTarget({
    threadId: decode(thread),
    messageId: decode(message),
    replyChainMessageId: ownText(context, 'MessageId', 20),
    tenantId: ownText(context, 'Tid', 36),
    organizerId: ownText(context, 'Oid', 36),
  });
}

/**
 * The join URL of a meeting, for people who want to look in.
 *
 * Shape: chatInfo and meetingInfo as Graph tells them, the cloud's Teams → the URL | undefined when they name neither a
 * meeting thread with its organizer nor a meeting id.  Errors: none.
 */
export function toJoinUrl(
  call: { readonly chatInfo?: PlainObject | undefined; readonly meetingInfo?: PlainObject | undefined },
  host: TeamsHost = TEAMS_HOSTS.global,
): string | undefined {
  const { chatInfo = {}, meetingInfo = {} } = call;
  const user = objectAt(objectAt(meetingInfo, 'organizer'), 'user');
  const parts = {
    threadId: ownText(chatInfo, 'threadId', LONGEST_THREAD_ID),
    messageId: ownText(chatInfo, 'messageId', 20) ?? '0',
    replyChainMessageId: ownText(chatInfo, 'replyChainMessageId', 20),
    tenantId: ownText(user, 'tenantId', 36),
    organizerId: ownText(user, 'id', 36),
  };
  if (!isMeeting(parts)) return toShortJoinUrl(meetingInfo, host);
  const context = JSON.stringify({ Tid: parts.tenantId, Oid: parts.organizerId, MessageId: parts.replyChainMessageId });
  const path = `${encodeURIComponent(parts.threadId)}/${parts.messageId}`;
  return `https://${host}/l/meetup-join/${path}?context=${encodeURIComponent(context)}`;
}

interface Parts {
  readonly threadId: string | undefined;
  readonly messageId: string | undefined;
  readonly replyChainMessageId: string | undefined;
  readonly tenantId: string | undefined;
  readonly organizerId: string | undefined;
}

interface Meeting extends Parts {
  readonly threadId: string;
  readonly messageId: string;
}

function isMeeting(parts: Parts): parts is Meeting {
  const { threadId = '', messageId = '', replyChainMessageId, tenantId = '', organizerId = '' } = parts;
  return (
    threadId.length <= LONGEST_THREAD_ID &&
    THREAD_ID.test(threadId) &&
    MESSAGE_ID.test(messageId) &&
    (replyChainMessageId === undefined || MESSAGE_ID.test(replyChainMessageId)) &&
    isGuid(tenantId) &&
    isGuid(organizerId)
  );
}

function toTarget(parts: Parts): JoinTarget | undefined {
  if (!isMeeting(parts)) return undefined;
  const { threadId, messageId, replyChainMessageId, tenantId, organizerId } = parts;
  return {
    chatInfo: withoutAbsent({ threadId, messageId, replyChainMessageId }),
    meetingInfo: {
      '@odata.type': '#microsoft.graph.organizerMeetingInfo',
      organizer: { user: { id: organizerId, tenantId } },
    },
  };
}

function parseContext(text: string): PlainObject | undefined {
  try {
    const context: unknown = JSON.parse(text);
    return isPlainObject(context) ? context : undefined;
  } catch {
    return undefined;
  }
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function objectAt(object: PlainObject, name: string): PlainObject {
  const value = ownProperty(object, name);
  return isPlainObject(value) ? value : {};
}
