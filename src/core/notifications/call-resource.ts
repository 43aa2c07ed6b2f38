import { type CallId, parseCallId } from '../call-record/call-id.ts';

/** What a notification's `resource` or `resourceUrl` speaks of. `graphCallId` is the id as it stands there. */
export type CallResource =
  | { readonly kind: 'call' | 'subResource'; readonly callId: CallId; readonly graphCallId: string }
  | { readonly kind: 'rejected'; readonly reason: RejectedResource };

export type RejectedResource =
  | 'pathTooLong'
  | 'notACallPath'
  | 'foreignHost'
  | 'foreignApp'
  | 'noCallId'
  /** Of a call itself, and no GUID, but as an id may look: Graph's maintainers do not promise GUIDs. */
  | 'unknownIdForm';

/** Whose notifications these are: the bot, and the origins under which its Graph may be named. */
export interface ResourceOwner {
  readonly botAppId: string;
  /** For example `https://graph.microsoft.com`; compared case-insensitively. */
  readonly graphOrigins: readonly string[];
}

const LONGEST_PATH = 2_048;
/** Source: https://www.rfc-editor.org/rfc/rfc3986#section-2.3 (unreserved), and `=` as at the end of base64. */
const LIKE_AN_ID = /^[\w.~-]{16,512}={0,2}$/;
const CALL_PATH =
  /^(?<origin>https?:\/\/[^/?#\\]*(?=\/))?\/?(?:(?:v1\.0|beta)\/)?(?:app|communications|applications\/(?<appId>[^/?#]+))\/calls\/(?<id>[^/?#]*)(?<rest>\/[^?#]*)?$/i;

/**
 * Reads the call out of a notification's path. A host in it is only ever compared, never called.
 *
 * Shape: `/app/calls/{id}`, `/communications/calls/{id}`, `/applications/{appId}/calls/{id}`, also behind the bot's own
 * Graph origin and `/v1.0` or `/beta` → call, or subResource when more segments follow, or rejected.  Errors: none.
 * Source: https://learn.microsoft.com/graph/api/resources/commsnotification and application-post-calls.
 */
export function parseCallResource(path: string, owner: ResourceOwner): CallResource {
  if (path.length > LONGEST_PATH) return { kind: 'rejected', reason: 'pathTooLong' };
  const parts = CALL_PATH.exec(path)?.groups;
  if (parts === undefined) return { kind: 'rejected', reason: 'notACallPath' };
  const { origin, appId, id = '', rest = '' } = parts;
  if (origin !== undefined && !includesIgnoringCase(owner.graphOrigins, origin)) {
    return { kind: 'rejected', reason: 'foreignHost' };
  }
  if (appId !== undefined && appId.toLowerCase() !== owner.botAppId.toLowerCase()) {
    return { kind: 'rejected', reason: 'foreignApp' };
  }
  const callId = parseCallId(id);
  const isCallItself = rest === '' || rest === '/';
  if (callId === undefined) {
    return { kind: 'rejected', reason: isCallItself && LIKE_AN_ID.test(id) ? 'unknownIdForm' : 'noCallId' };
  }
  return { kind: isCallItself ? 'call' : 'subResource', callId, graphCallId: id };
}

function includesIgnoringCase(texts: readonly string[], wanted: string): boolean {
  return texts.some((text) => text.toLowerCase() === wanted.toLowerCase());
}
