import { ownText, type PlainObject } from '../values/plain-object.ts';

const MEET_PATH = /^\/meet\/(\d{6,20})\/?$/;
const MEETING_ID = /^\d{6,20}$/;
const PASSCODE = /^[\w-]{1,64}$/;

/**
 * Reads a short join link, whose host is known to be Teams' already: `/meet/{joinMeetingId}?p={passcode}`, the passcode
 * only where the meeting has one.
 *
 * Shape: URL → the meetingInfo of Create call | undefined when it is no such link.  Errors: none.
 * Source: https://learn.microsoft.com/graph/api/resources/joinmeetingidmeetinginfo
 */
export function parseShortJoinUrl({ pathname, searchParams }: URL): PlainObject | undefined {
  const [, joinMeetingId] = MEET_PATH.exec(pathname) ?? [];
  const passcode = searchParams.get('p') ?? undefined;
  if (joinMeetingId === undefined || (passcode !== undefined && !PASSCODE.test(passcode))) return undefined;
  const type = { '@odata.type': '#microsoft.graph.joinMeetingIdMeetingInfo' };
  return passcode === undefined ? { ...type, joinMeetingId } : { ...type, joinMeetingId, passcode };
}

/** The short link of a meeting that is joined by its id; undefined for any other. */
export function toShortJoinUrl(meetingInfo: PlainObject, host: string): string | undefined {
  const joinMeetingId = ownText(meetingInfo, 'joinMeetingId', 20);
  const passcode = ownText(meetingInfo, 'passcode', 64);
  if (joinMeetingId === undefined || !MEETING_ID.test(joinMeetingId)) return undefined;
  if (passcode !== undefined && !PASSCODE.test(passcode)) return undefined;
  return `https://${host}/meet/${joinMeetingId}${passcode === undefined ? '' : `?p=${passcode}`}`;
}
