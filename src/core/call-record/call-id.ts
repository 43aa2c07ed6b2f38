/** A call's id in its one canonical form: a lower-case GUID with dashes. */
export type CallId = string & { readonly brand: 'CallId' };

const GUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const INSTANCE_PREFIX = 'call-';

/**
 * Reads a Graph call id. Docs and wire show the same call as a dashed GUID and as 32 hex digits, in any case.
 *
 * Shape: any text → CallId | undefined when it is neither form.  Errors: none.
 * Source: https://learn.microsoft.com/graph/api/call-answer (32 upper-case hex digits), call-keepalive (dashed).
 */
export function parseCallId(text: string): CallId | undefined {
  if (text.length !== 32 && text.length !== 36) return undefined;
  const groups = GUID.exec(text);
  return groups === null ? undefined : (groups.slice(1).join('-').toLowerCase() as CallId);
}

/**
 * The id of the call's durable instance. Fixed for ever, one per call: it is what makes a second start harmless.
 * Holds only `[A-Za-z0-9-]`, for the durable client does not URL-encode ids.
 */
export function toInstanceId(callId: CallId): string {
  return `${INSTANCE_PREFIX}${callId}`;
}

/** What the instance ids of the calls whose id begins so begin with. */
export function toInstancePrefix(idPrefix: string): string {
  return `${INSTANCE_PREFIX}${idPrefix}`;
}

/** The call of a durable instance id, or undefined when the instance is not one of ours. */
export function callIdOfInstance(instanceId: string): CallId | undefined {
  return instanceId.startsWith(INSTANCE_PREFIX) ? parseCallId(instanceId.slice(INSTANCE_PREFIX.length)) : undefined;
}
